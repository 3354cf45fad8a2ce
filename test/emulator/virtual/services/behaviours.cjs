// What programs do, by name: the argument says which.
const fs = require('node:fs');
const say = (...words) => console.log(...words);
const at = () => performance.now();

const behaviours = {
  timers() {
    const order = [];
    setTimeout(() => order.push('timeout 0'), 0);
    setImmediate(() => order.push('immediate'));
    Promise.resolve().then(() => order.push('promise'));
    process.nextTick(() => order.push('tick'));
    setTimeout(() => say(order.join(', ')), 5);
    let beats = 0;
    const beat = setInterval(() => {
      say('beat', at());
      if (++beats === 3) clearInterval(beat);
    }, 10);
    const off = setTimeout(() => say('never'), 20);
    clearTimeout(Number(off));
    require('node:timers/promises')
      .setTimeout(33, 'value')
      .then(value => say(value, at()));
    AbortSignal.timeout(77).addEventListener('abort', event => say(event.target.reason.name, at()));
    const again = setTimeout(() => say('refreshed', at()), 40);
    setTimeout(() => again.refresh(), 30);
    setTimeout(() => {}, 80);
    setTimeout(() => say('unreferenced'), 1e6).unref();
  },

  async dns() {
    const dns = require('node:dns');
    say(JSON.stringify(await dns.promises.lookup('beta', { all: true })), at());
    say(await dns.promises.resolve4('test.beta'), await dns.promises.resolve6('beta'));
    say(await dns.promises.reverse('10.0.0.2'));
    await dns.promises.lookup('nobody').catch(error => say(error.code, error.syscall));
    await dns.promises.resolve4('nobody').catch(error => say(error.code));
    await dns.promises.resolveMx('beta').catch(error => say(error.code));
    say((await dns.promises.lookup('localhost')).address, require('node:os').hostname());
  },

  files() {
    const runs = fs.existsSync('/var/runs') ? Number(fs.readFileSync('/var/runs', 'utf8')) : 0;
    fs.mkdirSync('/var', { recursive: true });
    fs.writeFileSync('/var/runs', String(runs + 1));
    say('run', runs + 1, process.cwd(), JSON.parse(fs.readFileSync(`${__dirname}/asset.json`, 'utf8')).name);
    say(fs.existsSync('/etc/passwd'), fs.readdirSync('/').join(' '));
    fs.promises.readFile('/var/runs', 'utf8').then(text => say('promised', text));
    setInterval(() => {}, 1000);
  },

  exit() {
    process.on('exit', code => say('leaving with', code));
    setInterval(() => say('tick', at()), 100);
    setTimeout(() => {
      process.exit(3);
      say('not reached');
    }, 250);
  },

  crash() {
    setTimeout(function planted() {
      null.x;
    }, 100);
  },

  reject() {
    setTimeout(() => Promise.reject(new Error('rejected')), 100);
  },

  catches() {
    process.on('uncaughtException', (error, origin) => say(error.message, origin));
    process.on('unhandledRejection', error => say('rejection', error.message));
    setTimeout(() => {
      throw new Error('in a timer');
    }, 10);
    setTimeout(() => {
      process.nextTick(() => {
        throw new Error('in a tick');
      });
    }, 20);
    setTimeout(() => Promise.reject(new Error('in a promise')), 30);
    setTimeout(() => say('alive'), 40);
  },

  hang() {
    setTimeout(() => {
      for (;;);
    }, 100);
  },

  hangInPromise() {
    setTimeout(async () => {
      for (;;) await null;
    }, 100);
  },

  hangInTick() {
    setTimeout(() => {
      process.nextTick(() => {
        for (;;);
      });
      process.nextTick(() => say('left behind'));
      Promise.resolve().then(() => say('left behind'));
    }, 100);
  },

  waits() {
    const until = Date.now() + 20;
    while (Date.now() < until);
    say('waited', Math.round(at()));
    setTimeout(() => say('then', Math.round(at())), 10);
  },

  beats() {
    setInterval(() => say('alive', at()), 500);
  },

  term() {
    process.on('SIGTERM', name => {
      say('got', name);
      process.exit(0);
    });
    setInterval(() => {}, 1000);
  },

  clock() {
    setInterval(() => say(Date.now(), Math.round(at() * 1000), process.hrtime.bigint() > 0n), 1000);
  },

  context() {
    const { AsyncLocalStorage } = require('node:async_hooks');
    const storage = new AsyncLocalStorage();
    const socket = require('node:dgram').createSocket('udp4');
    storage.run('mine', () => {
      setTimeout(() => say('timer', storage.getStore()), 1);
      setImmediate(() => say('immediate', storage.getStore()));
      require('node:dns').lookup('beta', () => say('dns', storage.getStore()));
      require('node:crypto').randomBytes(4, () => say('crypto', storage.getStore()));
      require('node:zlib').gzip('text', () => say('zlib', storage.getStore()));
      require('node:net')
        .connect(1, '127.0.0.1')
        .on('error', () => say('net', storage.getStore()));
      fs.readFile('/x', () => say('fs', storage.getStore()));
    });
    setTimeout(() => say('outside', storage.getStore()), 5);
    socket.close();
  },

  channel() {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', value => {
      say('message', JSON.stringify(value));
      port2.close();
    });
    port1.postMessage({ a: [1] });
  },

  globals() {
    globalThis.shared = process.argv[3];
    setTimeout(() => say(shared, globalThis.shared, 'other' in globalThis), 10);
    if (process.argv[3] === 'first') globalThis.other = 1;
  },

  main() {
    say(require.main === module, process.argv.join(' '), process.env.GREETING, __filename);
  },

  slow() {
    // A client that never sends its headers: the server gives up on it after a minute.
    const server = require('node:http').createServer((_request, response) => response.end());
    server.listen(80, () => {
      const socket = require('node:net').connect(80, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n'));
      socket.on('data', data => say(String(data).split('\r\n')[0], Math.floor(at() / 1000)));
      socket.on('close', () => server.close());
    });
  },
};

behaviours[process.argv[2]]();
