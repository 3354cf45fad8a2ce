// Sources of time and randomness: prints what each gives, a line each.
const crypto = require('node:crypto');
const os = require('node:os');
const util = require('node:util');
const at = () => `at ${performance.now()}`;
const hex = bytes => Buffer.from(bytes).toString('hex').slice(0, 24);
const jwk = key => key.export({ format: 'jwk' }).x;
const subtle = async (algorithm, usages, format = 'raw') => {
  const made = await crypto.subtle.generateKey(algorithm, true, usages);
  return hex(await crypto.subtle.exportKey(format, made.publicKey ?? made));
};

const sources = {
  'Math.random': () => Math.random(),
  'crypto.randomBytes': () => hex(crypto.randomBytes(8)),
  'crypto.randomBytes, called back': async () => hex(await util.promisify(crypto.randomBytes)(8)),
  'crypto.randomFillSync': () => hex(crypto.randomFillSync(new Uint8Array(8))),
  'crypto.randomFill': async () => hex(await util.promisify(crypto.randomFill)(Buffer.alloc(8))),
  'crypto.randomInt': () => crypto.randomInt(1e9),
  'crypto.randomInt, called back': () => util.promisify(crypto.randomInt)(1e9),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'crypto.getRandomValues': () => hex(globalThis.crypto.getRandomValues(new Uint8Array(8))),
  'globalThis.crypto.randomUUID': () => globalThis.crypto.randomUUID(),
  'crypto.generatePrimeSync': () => hex(crypto.generatePrimeSync(64)),
  'crypto.generateKeySync hmac': () => hex(crypto.generateKeySync('hmac', { length: 64 }).export()),
  'crypto.generateKey aes': async () =>
    hex((await util.promisify(crypto.generateKey)('aes', { length: 128 })).export()),
  'crypto.generateKeyPairSync ed25519': () => jwk(crypto.generateKeyPairSync('ed25519').publicKey),
  'crypto.generateKeyPair x25519': async () =>
    jwk((await util.promisify(crypto.generateKeyPair)('x25519')).publicKey),
  'crypto.generateKeyPairSync ec': () =>
    jwk(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
  'crypto.generateKeyPairSync rsa': () =>
    crypto.generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey.export({ format: 'jwk' }).n,
  'crypto.createECDH': () => hex(crypto.createECDH('prime256v1').generateKeys()),
  // One in 256 of OpenSSL's own scalars is shorter than others, and no key may depend on it.
  'crypto.createECDH, 500 times': () => {
    const hash = crypto.createHash('sha256');
    for (let key = 0; key < 500; key++) hash.update(crypto.createECDH('prime256v1').generateKeys());
    return hash.digest('hex');
  },
  'crypto.getDiffieHellman': () => hex(crypto.getDiffieHellman('modp14').generateKeys()),
  'subtle Ed25519': () => subtle({ name: 'Ed25519' }, ['sign', 'verify']),
  'subtle X25519': () => subtle({ name: 'X25519' }, ['deriveBits']),
  'subtle ECDSA': () => subtle({ name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify']),
  'subtle AES': () => subtle({ name: 'AES-GCM', length: 128 }, ['encrypt', 'decrypt']),
  'subtle HMAC': () => subtle({ name: 'HMAC', hash: 'SHA-256' }, ['sign', 'verify']),
  pid: () => `host ${os.hostname()} ${process.pid}`,
  'file temporary': () => {
    const fs = require('node:fs');
    return fs.mkdtempSync('/tmp/x-');
  },
};

/** The same on all hosts of one clock, whatever their random numbers. */
const times = {
  'Date.now': () => Date.now(),
  'new Date': () => new Date().toISOString(),
  Date: () => Date(),
  'Reflect.construct Date': () => Reflect.construct(Date, []).getTime(),
  'subclass of Date': () => new (class extends Date {})().getTime(),
  'performance.now': () => performance.now(),
  'performance.timeOrigin': () => performance.timeOrigin,
  'performance.mark': () => performance.mark('a').startTime,
  'performance.measure': () => performance.measure('b').duration,
  'performance.eventLoopUtilization': () => JSON.stringify(performance.eventLoopUtilization()),
  'require performance.now': () => require('node:perf_hooks').performance.now(),
  'process.hrtime': () => process.hrtime().join(),
  'process.hrtime, difference': () => process.hrtime([1, 5]).join(),
  'process.hrtime.bigint': () => process.hrtime.bigint(),
  'process.uptime': () => process.uptime(),
  'os.uptime': () => os.uptime(),
  'Event.timeStamp': () => new Event('x').timeStamp,
  'File.lastModified': () => new File([], 'x').lastModified,
  'Intl.DateTimeFormat': () => new Intl.DateTimeFormat('en', { timeStyle: 'full' }).format(),
  'Intl formatToParts': () =>
    JSON.stringify(new Intl.DateTimeFormat('en', { timeStyle: 'full' }).formatToParts()),
  'Date.toLocaleString': () => new Date().toLocaleString('en'),
  // biome-ignore lint/security/noGlobalEval: one of the ways to the clock
  'indirect eval': () => [eval][0]('Date.now()'),
  Function: () => new Function('return Date.now()')(),
  'file times': () => {
    const fs = require('node:fs');
    fs.writeFileSync('/tmp/file', 'x');
    return fs.statSync('/tmp/file').mtimeMs;
  },
  memoryUsage: () => process.memoryUsage().heapUsed,
  'memoryUsage.rss': () => process.memoryUsage.rss(),
  cpuUsage: () => process.cpuUsage().user,
  resourceUsage: () => process.resourceUsage().maxRSS,
  freemem: () => os.freemem(),
  totalmem: () => os.totalmem(),
  loadavg: () => os.loadavg().join(),
  cpus: () => os.cpus().length,
  'os.release': () => os.release(),
  userInfo: () => JSON.stringify(os.userInfo()),
  tmpdir: () => os.tmpdir(),
  heapStatistics: () => require('node:v8').getHeapStatistics().used_heap_size,
  'Buffer.allocUnsafe': () => [100, 1e5].map(size => Buffer.allocUnsafe(size).findIndex(Boolean)).join(),
  'Number.toLocaleString': () => (1234.5).toLocaleString(),
  WeakRef: () => typeof new WeakRef({}).deref(),
  'zlib, called back': async () => (await util.promisify(require('node:zlib').gzip)('aaaa')).length + at(),
  'crypto.scrypt': async () => hex(await util.promisify(crypto.scrypt)('a', 'b', 8)) + at(),
  'crypto.pbkdf2': async () => hex(await util.promisify(crypto.pbkdf2)('a', 'b', 10, 8, 'sha256')) + at(),
  'subtle.digest': async () => hex(await crypto.subtle.digest('SHA-256', Buffer.from('x'))),
  'fs.promises': () =>
    require('node:fs')
      .promises.readFile('/tmp/file', 'utf8')
      .then(text => text + at()),
  'dns.promises': async () => JSON.stringify(await require('node:dns').promises.lookup('localhost')) + at(),
  'timers/promises': () => require('node:timers/promises').setTimeout(5).then(at),
  'AbortSignal.timeout': () =>
    new Promise(resolve => {
      AbortSignal.timeout(5).onabort = () => resolve(at());
      setTimeout(() => {}, 6);
    }),
  setImmediate: () => new Promise(resolve => setImmediate(() => resolve(at()))),
  MessageChannel: () =>
    new Promise(resolve => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        port2.close();
        resolve(at());
      };
      port1.postMessage(1);
    }),
  'WebAssembly.compile': async () =>
    String(await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))) + at(),
  'order of events': () =>
    new Promise(resolve => {
      const order = [];
      for (const [name, ask] of Object.entries({
        nextTick: process.nextTick,
        setImmediate,
        setTimeout,
        queueMicrotask,
      }))
        ask(() => order.push(name));
      setTimeout(() => resolve(order.join()), 3);
    }),
};

(async () => {
  for (const [kind, table] of Object.entries({ random: sources, time: times }))
    for (const [name, source] of Object.entries(table)) {
      const value = await new Promise(resolve => resolve(source())).catch(
        error => `failed: ${error.message}`,
      );
      console.log(`${kind}\t${name}\t${value}`);
    }
})();
