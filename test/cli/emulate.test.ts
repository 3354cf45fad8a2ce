// Mode `emulate` from the command line: real programs on virtual interfaces, at the keyboard, and gone without a trace.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Summary } from '../../results/summary.ts';
import { needs } from '../emulator/kernel/ability.ts';
import { Folder, program } from './petri.ts';

const folder = new Folder();
afterAll(() => folder.leave());

beforeEach(ctx => needs(ctx));

const MATRIX = ',a,b,c\na,0,40,60\nb,40,0,80\nc,60,80,0\n';

/** What a run might leave: processes, namespaces, sockets and folders. */
function leftovers(): string[] {
  const processes = readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid))
    .filter(pid => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(MARK) ||
          readFileSync(`/proc/${pid}/environ`, 'latin1').includes(folder.path)
        );
      } catch {
        return false;
      }
    });
  const states = [
    '/run/petri',
    ...readdirSync('/tmp')
      .filter(name => /^petri-\d+$/.test(name))
      .map(name => `/tmp/${name}`),
  ];
  return [
    ...processes.map(pid => `process ${pid}`),
    ...states.filter(existsSync).flatMap(state => readdirSync(state).filter(name => name.startsWith('held'))),
  ];
}

/** A word in the command line of every program of these tests' scenarios. */
const MARK = 'petri-emulate-test';

async function gone(): Promise<void> {
  for (let tries = 0; leftovers().length > 0 && tries < 60; tries++) await wait(50);
  expect(leftovers()).toEqual([]);
}

function scenario(name: string, slices: string, more = ''): string {
  const text = `name: ${name}\nduration: 4s\ntopology: { import: { matrix: matrix.csv } }\nslices:\n${slices}\n${more}\n`;
  writeFileSync(folder.file(`${name}.yaml`), text);
  return `${name}.yaml`;
}

beforeAll(() => writeFileSync(folder.file('matrix.csv'), MATRIX));

describe('the same scenario', () => {
  test('has the round trips of the model at every pair, in one table', async ctx => {
    const modes = ['--modes', 'model,emulate', '--duration', '10s'];
    // A machine that others use may be late now, and faithful a moment later.
    let tries = 1;
    let { status, stdout } = await folder.petri(['compare', 'first-ping', ...modes]);
    while (status === 3 && tries++ < 2) {
      ({ status, stdout } = await folder.petri(['compare', 'first-ping', ...modes]));
    }
    if (status === 3) ctx.skip('this machine was too busy for a faithful emulation twice');
    expect(status).toBe(0);
    expect(stdout.match(/→.*✓/g)).toHaveLength(12);
    expect(stdout).toContain('12 pairs: all agree (bounds: emulate 4 ms)');
  });

  test('of services runs as in virtual time', async () => {
    const { stdout } = await folder.petri([
      'run',
      'hello-http',
      '--mode',
      'emulate',
      '--duration',
      '8s',
      '--json',
    ]);
    const { metrics, fidelity, mode } = JSON.parse(stdout) as Summary;
    expect(mode).toBe('emulate');
    expect(fidelity?.lateness.p50).toBeGreaterThan(0);
    const virtual = await folder.petri([
      'run',
      'hello-http',
      '--mode',
      'virtual',
      '--duration',
      '8s',
      '--json',
    ]);
    const expected = (JSON.parse(virtual.stdout) as Summary).metrics['reader.page'];
    expect(metrics['reader.page'].count).toBeGreaterThan(0.8 * expected.count);
    // A page takes two round trips on a connection at rest, or one where the kernel's congestion control (BBR, say) remembers more.
    expect(metrics['reader.page'].p50).toBeGreaterThan(0.5 * expected.p50!);
    expect(metrics['reader.page'].p50).toBeLessThan(1.15 * expected.p50!);
  });
});

describe('programs', () => {
  test('find each other by name, in the order of their slices, and their output is kept', async ctx => {
    needs(ctx, 'curl');
    writeFileSync(
      folder.file('server.cjs'),
      "require('http').createServer((q, r) => r.end('hello from ' + require('os').hostname())).listen(80)\n",
    );
    const file = scenario(
      'web',
      `  web: { place: { nodes: [a] }, run: { command: [node, '${folder.file('server.cjs')}'], ready: { port: 80 } } }
  user: { place: { nodes: [b] }, run: { command: [curl, -s, 'http://{host:web}/'], after: [web] } }`,
    );
    await folder.petri(['run', file, '--mode', 'emulate', '--out', 'web']);
    expect(readFileSync(folder.file('web', 'hosts', 'user@b-1', 'stdout.log'), 'utf8')).toBe(
      'hello from web.a-1',
    );
  });

  test('of two slices may have one port: each has an address of its own', async () => {
    const listen =
      'require(\'net\').createServer().listen(8080, () => console.log(\'{\\"metric\\":\\"up\\",\\"value\\":1}\'))';
    const slice = `{ place: { nodes: [a] }, run: { command: [node, -e, "${listen}"], ready: { port: 8080 } } }`;
    const file = scenario(
      'ports',
      `  one: ${slice}\n  two: ${slice}`,
      'expect: [one.up.count >= 1, two.up.count >= 1]',
    );
    const { stdout } = await folder.petri(['run', file, '--mode', 'emulate', '--json']);
    const { expectations } = JSON.parse(stdout) as Summary;
    expect(expectations.map(({ passed }) => passed)).toEqual([true, true]);
  });

  test.each([
    [
      'does not exist',
      'command: [no-such-program]',
      /^petri: probe@a-1: there is no command no-such-program in /,
    ],
    [
      'dies at once',
      'command: [sh, -c, "echo out of luck >&2; exit 3"]',
      /probe@a-1: sh .*ended with status 3(.|\n)*out of luck/,
    ],
    [
      'never opens its port',
      `command: [sleep, "100"], ready: { port: 80, within: 500ms }`,
      /probe@a-1: sleep 100: .*port 80/,
    ],
  ])('a program that %s ends the run within seconds, with a clear error', async (_, run, message) => {
    const file = scenario('bad', `  probe: { place: { nodes: [a] }, start: { over: 0s }, run: { ${run} } }`);
    const { stderr } = await folder.expecting(2, 'run', file, '--mode', 'emulate');
    expect(stderr).toMatch(message);
    await gone();
  });

  test('that a machine cannot keep up with are not believed', async () => {
    const file = scenario(
      'overload',
      `  burner: { place: { nodes: all }, start: { over: 0s }, run: { command: [sh, -c, 'while :; do :; done'] } }
  second: { place: { nodes: all }, start: { over: 0s }, run: { command: [sh, -c, 'while :; do :; done'] } }
  third: { place: { nodes: all }, start: { over: 0s }, run: { command: [sh, -c, 'while :; do :; done'] } }`,
    );
    const { stdout } = await folder.expecting(3, 'run', file, '--mode', 'emulate');
    expect(stdout).toContain('not faithful: these results are not to be believed');
    expect(stdout).toMatch(/this machine bears some \d+ % of the load: about \d of 9 hosts/);
  });
});

describe('at the keyboard', () => {
  const held = { process: undefined as ReturnType<typeof spawn> | undefined };

  beforeEach(async () => {
    const file = scenario('held', `  probe: { run: { command: [sh, -c, 'sleep 1000; :', '${MARK}'] } }`);
    const child = spawn(process.execPath, [program, 'up', file], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    held.process = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once('data', () => resolve());
      child.once('exit', status => reject(new Error(`petri up ended with status ${status}`)));
    });
  });

  afterEach(async () => {
    if (held.process?.exitCode === null) await folder.petri(['down', '--run', 'held']);
    await gone();
  });

  test('hosts are listed, entered, cut off by a typed fault, and come back', async ctx => {
    needs(ctx, 'ping');
    const { stdout } = await folder.expecting(0, 'hosts', '--run', 'held');
    expect(stdout.match(/probe@/g)).toHaveLength(3);
    const ping = [
      'exec',
      '--run',
      'held',
      'probe@a-1',
      '--',
      'ping',
      '-4',
      '-c',
      '3',
      '-i',
      '0.2',
      '-W',
      '1',
      'b-1',
    ];
    const reached = await folder.expecting(0, ...ping);
    const [, average] = /= [\d.]+\/([\d.]+)\//.exec(reached.stdout)!;
    expect(Number(average)).toBeGreaterThan(40);
    expect(Number(average)).toBeLessThan(48);
    await folder.expecting(0, 'fault', '--run', 'held', 'partition a | b for 60s');
    expect((await folder.expecting(1, ...ping)).stdout).toContain('100% packet loss');
    expect((await folder.expecting(2, 'fault', '--run', 'held', 'partition a b')).stderr).toContain(
      'partition',
    );
    expect((await folder.expecting(2, 'exec', '--run', 'held', 'probe@x', '--', 'true')).stderr).toContain(
      'probe@',
    );
    expect(
      (await folder.expecting(7, 'exec', '--run', 'held', 'a-1', '--', 'sh', '-c', 'exit 7')).stdout,
    ).toBe('');
    expect((await folder.expecting(0, 'exec', '--run', 'held', 'a-1', '--', 'hostname')).stdout).toBe(
      'probe.a-1\n',
    );
  });

  test('packets are captured until there are enough', async ctx => {
    needs(ctx, 'ping');
    const capture = folder.petri(['capture', '--run', 'held', 'a-1', '-o', 'a.pcapng', '--count', '4']);
    while (!existsSync(folder.file('a.pcapng'))) await wait(20);
    await folder.expecting(
      0,
      'exec',
      '--run',
      'held',
      'b-1',
      '--',
      'ping',
      '-4',
      '-c',
      '2',
      '-i',
      '0.2',
      'a-1',
    );
    expect((await capture).stderr).toBe('4 packets written to a.pcapng\n');
  });

  test('down ends it, and so does SIGKILL, and nothing is left', async () => {
    held.process!.kill('SIGKILL');
    await gone();
    expect((await folder.expecting(2, 'hosts', '--run', 'held')).stderr).toMatch(/no run/);
  });
});

describe.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('%s', signal => {
  test('leaves nothing of a run', async () => {
    const file = scenario(
      'long',
      `  probe: { start: { over: 0s }, run: { command: [sh, -c, 'sleep 1000; :', '${MARK}'] } }`,
    );
    const ended = await folder.petri(
      ['run', file, '--mode', 'emulate', '--duration', '60s', '--quiet'],
      kill => {
        const look = setInterval(() => {
          if (leftovers().filter(found => found.startsWith('process')).length < 3) return;
          clearInterval(look);
          kill(signal);
        }, 100);
      },
    );
    expect(ended.status).toBe(signal === 'SIGKILL' ? null : 130);
    await gone();
    expect(readlinkSync('/proc/self/ns/net')).toMatch(/^net:/);
  });
});
