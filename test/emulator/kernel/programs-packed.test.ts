// Node.js services that share processes: each instance is in its own host, and lives and dies for itself.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleService, type ServiceBundle } from '../../../emulator/service/bundle.ts';
import { needs } from './ability.ts';
import { type Packed, Stage } from './stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'petri-packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let services = 0;

/** Bundles a service. @param code an ES module */
function bundle(code: string): Promise<ServiceBundle> {
  const file = join(folder, `service${services++}.mjs`);
  writeFileSync(file, code);
  return bundleService(file);
}

/** Runs instances of a service, one for each list of arguments. */
async function run<T>(
  code: string,
  args: readonly (readonly string[])[],
  act: (stage: Stage) => T | Promise<T>,
  plan: Partial<Packed> = {},
): Promise<T> {
  const service = await bundle(code);
  return Stage.run(
    args.map(args => ({ bundle: service, args, ...plan })),
    act,
  );
}

/** Memory of the processes that this one has started to be shared, in bytes. */
function sharedMemory(): number[] {
  return readdirSync('/proc').flatMap(pid => {
    try {
      const isShared = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/packed/main.js');
      const [, parent] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
      const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
      return isShared && Number(parent) === process.pid ? [Number(kilobytes) * 1024] : [];
    } catch {
      return [];
    }
  });
}

const LISTENS = { kind: 'port', port: 80, within: 20e9 } as const;

describe('services that share processes', () => {
  beforeEach(ctx => needs(ctx));

  test('an instance finds its own host, arguments, environment and folder, and none of the others', () =>
    run(
      `import os from 'node:os';
       globalThis.count = (globalThis.count ?? 0) + 1;
       let own = 0; own++;
       const [{ address }] = os.networkInterfaces().eth0;
       console.log([os.hostname(), address, process.argv[2], process.env.HOSTNAME, process.cwd(), own].join(' '));
       setInterval(() => {}, 1000);`,
      [['a'], ['b']],
      async stage => {
        await stage.until(() => stage.lines(0).length + stage.lines(1).length === 2);
        for (const [host, argument] of ['a', 'b'].entries()) {
          const { hostname, ipv4 } = stage.plans[host];
          const place = join(stage.folder, `host-${host}`);
          expect(stage.lines(host)).toEqual([[hostname, ipv4, argument, hostname, place, 1].join(' ')]);
        }
      },
    ));

  test('all instances take the same TCP and UDP port, each of its own host', () =>
    run(
      `import http from 'node:http'; import dgram from 'node:dgram'; import os from 'node:os';
       const own = os.networkInterfaces().eth0[0].address;
       const server = http.createServer((request, response) => response.end(os.hostname()));
       server.listen(80, () => http.get({ host: own }, answer => answer.on('data', text => console.log('tcp ' + text))));
       const socket = dgram.createSocket('udp4', (text, from) => console.log('udp ' + text + ' ' + from.address));
       socket.bind(53, () => socket.send(os.hostname(), 53, own));`,
      [[], [], []],
      async stage => {
        await stage.until(
          () => stage.programs.ready && [0, 1, 2].every(host => stage.lines(host).length === 2),
        );
        for (const [host, { hostname, ipv4 }] of stage.plans.entries()) {
          expect(stage.lines(host).sort()).toEqual([`tcp ${hostname}`, `udp ${hostname} ${ipv4}`]);
        }
      },
      { ready: LISTENS },
    ));

  test('a host that does not listen is not reached by the sockets of one that does', () =>
    run(
      `import net from 'node:net'; import os from 'node:os';
       if (process.argv[2] === 'serve') net.createServer().listen(80);
       else net.connect(80, os.networkInterfaces().eth0[0].address).on('error', error => console.log(error.code));`,
      [['serve'], []],
      async stage => {
        await stage.until(() => stage.lines(1).length > 0);
        expect(stage.lines(1)).toEqual(['ECONNREFUSED']);
      },
    ));

  test('connections that are kept open are of one instance only', () =>
    run(
      `import http from 'node:http'; import os from 'node:os';
       const ask = () => new Promise(done => http.get('http://127.0.0.1/', reply => reply.setEncoding('utf8').on('data', done)));
       http.createServer((request, response) => response.end(os.hostname())).listen(80, async () => {
         for (let turn = 0; turn < 3; turn++) {
           console.log('http ' + (await ask()));
           console.log('fetch ' + (await (await fetch('http://127.0.0.1/')).text()));
           await new Promise(done => setTimeout(done, 300));
         }
       });`,
      [[], []],
      async stage => {
        await stage.until(() => [0, 1].every(host => stage.lines(host).length === 6));
        for (const [host, { hostname }] of stage.plans.entries()) {
          const seen = [`http ${hostname}`, `fetch ${hostname}`];
          expect(stage.lines(host)).toEqual([...seen, ...seen, ...seen]);
        }
        expect(stage.programs.exits).toEqual([]);
      },
    ));

  test('each way to end is told, and is of one instance only', () =>
    run(
      `const ways = {
         throws: () => setTimeout(() => { null.x }, 1200),
         rejects: () => setTimeout(() => Promise.reject(new Error('so it is')), 1200),
         exits: () => setTimeout(() => { process.on('exit', code => console.log('exit ' + code)); process.exit(7) }, 1200),
         ends: () => setTimeout(() => { process.exitCode = 4 }, 1200),
         stays: () => setInterval(() => console.log('here'), 50),
         catches: () => { process.on('uncaughtException', error => console.log(error.message)); setTimeout(() => { throw new Error('caught') }, 1200); setInterval(() => {}, 1000) },
       };
       ways[process.argv[2]]();`,
      [['throws'], ['rejects'], ['exits'], ['ends'], ['stays'], ['catches']],
      async stage => {
        const exits = await stage.exits(4);
        await stage.until(() => stage.lines(5).length > 0);
        const of = (host: number) => exits.find(exit => exit.host === host);
        expect(of(0)).toMatchObject({ status: 1, by: 'itself' });
        expect(of(0)!.error).toMatch(/^TypeError: .*null.*\n.*\/service\d+\.mjs:2:/);
        expect(of(1)!.error).toMatch(/^Error: so it is/);
        expect([of(2)!.status, stage.lines(2)]).toEqual([7, ['exit 7']]);
        expect(of(3)).toMatchObject({ status: 4, by: 'itself' });
        const before = stage.lines(4).length;
        await stage.until(() => stage.lines(4).length > before + 2);
        expect([stage.programs.state(4), stage.programs.state(5)]).toEqual(['ready', 'ready']);
        expect(stage.lines(5)).toEqual(['caught']);
      },
    ));

  test('crash, restart, pause and resume are of one instance only', () =>
    run(
      `import http from 'node:http';
       http.createServer((request, response) => response.end()).listen(80);
       let count = 0;
       setInterval(() => console.log(++count), 20);`,
      [[], []],
      async stage => {
        const { programs } = stage;
        await stage.until(() => programs.ready && stage.lines(0).length > 2);
        programs.pause(0);
        await wait(50);
        const [held, other] = [stage.lines(0).length, stage.lines(1).length];
        await stage.until(() => stage.lines(1).length > other + 5);
        expect(stage.lines(0)).toHaveLength(held);
        programs.resume(0);
        await stage.until(() => stage.lines(0).length > held + 2);
        programs.crash(0);
        await stage.until(() => programs.exits.length === 1);
        expect(programs.exits[0]).toMatchObject({ host: 0, signal: 'SIGKILL', by: 'fault' });
        const dead = stage.lines(0).length;
        await stage.until(() => stage.lines(1).length > other + 10);
        expect(stage.lines(0)).toHaveLength(dead);
        programs.restart(0);
        await stage.until(() => programs.state(0) === 'ready' && stage.lines(0).length > dead + 2);
        expect(stage.lines(0)[dead]).toBe('1');
        expect(programs.state(1)).toBe('ready');
      },
      { ready: LISTENS },
    ));

  test('at the end of the run instances are asked before they are ended', () =>
    run(
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(0) });
       console.log('up'); setInterval(() => {}, 1000);`,
      [[]],
      async stage => {
        await stage.until(() => stage.lines(0).length > 0);
        await stage.programs.stop();
        expect(stage.lines(0)).toEqual(['up', 'bye']);
        expect(stage.programs.exits).toMatchObject([{ status: 0, by: 'run' }]);
      },
    ));

  test('the end of a shared process ends its instances, and says so', () =>
    run(`setTimeout(() => process.abort(), 1200);`, [[], []], async stage => {
      const exits = await stage.exits(2);
      for (const exit of exits) {
        expect(exit).toMatchObject({ signal: 'SIGABRT', by: 'itself' });
        expect(exit.error).toMatch(/^the process that it shares with others ended/);
      }
    }));

  test('a thousand UDP hosts take less than 100 MB a process', () =>
    run(
      `import dgram from 'node:dgram';
       const socket = dgram.createSocket('udp4');
       socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
       socket.bind(4000, () => process.stdout.write('up\\n'));`,
      Array.from({ length: 1000 }, () => []),
      async stage => {
        await stage.until(() => stage.programs.ready);
        const sizes = sharedMemory();
        expect(sizes.length).toBeGreaterThan(0);
        expect(Math.max(...sizes)).toBeLessThan(100e6);
      },
      { ready: { kind: 'line', line: 'up', within: 60e9 } },
    ));
});
