// Mode `virtual` from the command line: real services in virtual time, repeatable, traced, searched and replayed.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../../results/summary.ts';
import { Session } from './debugger.ts';
import { Folder } from './petri.ts';

const folder = new Folder();
afterAll(() => folder.leave());

const MATRIX = ',a,b,c\na,0,50,50\nb,50,0,50\nc,50,50,0\n';

function scenario(name: string, slices: string, more = ''): void {
  const text = `name: ${name}\nduration: 10s\ntopology: { import: { matrix: matrix.csv } }\nslices:\n${slices}\n${more}\n`;
  writeFileSync(folder.file(`${name}.yaml`), text);
}

const onNode = (site: string, service: string, ...args: string[]) =>
  `{ place: { nodes: [${site}] }, start: { over: 0s }, run: { service: ${service}, args: [${args.join(', ')}] } }`;

async function summaryOf(...argv: readonly string[]): Promise<Summary> {
  return JSON.parse((await folder.petri(['run', ...argv, '--mode', 'virtual', '--json'])).stdout);
}

beforeAll(() => {
  writeFileSync(folder.file('matrix.csv'), MATRIX);
  for (const file of ['race.js', 'diary.js', 'leaky.js', 'breakpoint.js']) {
    copyFileSync(fileURLToPath(new URL(`services/${file}`, import.meta.url)), folder.file(file));
  }
});

describe('the same scenario', () => {
  test('has the round trips of the model, pair by pair, to the microsecond', async () => {
    const { stdout } = await folder.expecting(0, 'compare', 'first-ping', '--modes', 'model,virtual');
    expect(stdout.match(/→.*✓/g)).toHaveLength(12);
    expect(stdout).toContain('12 pairs: all agree (bounds: virtual 0.001 ms)');
  });

  test('has one digest, whatever else the machine does', async () => {
    const [one, other] = await Promise.all([summaryOf('hello-http'), summaryOf('hello-http')]);
    expect(one.digest).toBe(other.digest);
    expect(one.metrics).toEqual(other.metrics);
    expect(one.expectations.every(({ passed }) => passed)).toBe(true);
    const { stdout } = await folder.expecting(
      0,
      'run',
      'hello-http',
      '--mode',
      'virtual',
      '--check-determinism',
    );
    expect(stdout).toBe(`deterministic: two runs, ${one.events} events each, digest ${one.digest}\n`);
  });
});

describe('a race that needs one order of two packets', () => {
  beforeAll(() => {
    scenario(
      'race',
      `  receiver: ${onNode('a', 'race.js', 'receiver')}
  first: ${onNode('b', 'race.js', 'prepare', "'{address:receiver}'")}
  second: ${onNode('c', 'race.js', 'commit', "'{address:receiver}'")}`,
      'network: { jitter: 10ms }\nexpect: [receiver.committed.count >= 1]',
    );
  });

  test('is found by the search over seeds, and replays from the printed command', async () => {
    const search = [
      'run',
      'race.yaml',
      '--mode',
      'virtual',
      '--seeds',
      '1..400',
      '--until-failure',
      '--quiet',
    ];
    const { stderr } = await folder.expecting(1, ...search);
    const replay = /^replay: (petri .*)$/m.exec(stderr)![1]!;
    const { status, stderr: told } = await folder.shell(replay);
    expect(status).toBe(1);
    expect(told).toMatch(/receiver@a-1 at 1\.\d+s: Error: commit before prepare\n/);
    expect(told).toMatch(/at .*race\.js:11:\d+/);

    // And up to the very moment, and not a nanosecond less.
    const [, command, moment] = /replay: (petri .*) --until (\d+)ns/.exec(told)!;
    expect((await folder.shell(`${command} --until ${moment}ns`)).stderr).toContain('commit before prepare');
    expect((await folder.shell(`${command} --until ${Number(moment) - 1}ns`)).stderr).toBe('');
  });
});

describe('--check-determinism', () => {
  test('shows the first event that differs, with the stacks of who asked for it', async () => {
    scenario('leaky', `  leaky: ${onNode('a', 'leaky.js')}`);
    const { stdout } = await folder.expecting(
      1,
      'run',
      'leaky.yaml',
      '--mode',
      'virtual',
      '--check-determinism',
    );
    expect(stdout).toMatch(/^not deterministic: two runs are the same for \d+ events, then differ/);
    expect(stdout.match(/^ {2}(first|second) run: +\w+ at leaky@a-1, \d+ ns/gm)).toHaveLength(2);
    expect(stdout.match(/at .*later .*leaky\.js:8:\d+/g)).toHaveLength(2);
  });
});

describe('--inspect', () => {
  test('waits for a debugger, at whose breakpoints time stands still', async () => {
    scenario('breakpoint', `  probe: ${onNode('a', 'breakpoint.js')}`);
    const session = new Session();
    const { status } = await folder.petri(
      ['run', 'breakpoint.yaml', '--mode', 'virtual', '--inspect', '--out', 'breakpoint'],
      (_kill, stderr) => stderr.on('data', (text: string) => session.hear(text)),
    );
    expect(status).toBe(0);
    expect(session.paused).toBe(1);
    const log = readFileSync(folder.file('breakpoint', 'hosts', 'probe@a-1.log'), 'utf8');
    expect(log).toBe('{"passed":0}\n');
  });
});

describe('a host', () => {
  const diary = `  diary: ${onNode('a', 'diary.js')}`;

  test('keeps its disk when its node crashes, and its log tells of both lives', async () => {
    scenario('crash', diary, 'faults: [{ at: 3500ms, crash: a-1, restart: 2s }]');
    await folder.expecting(0, 'run', 'crash.yaml', '--mode', 'virtual', '--out', 'crash');
    const log = readFileSync(folder.file('crash', 'hosts', 'diary@a-1.log'), 'utf8');
    expect(log.match(/^start .*/gm)).toEqual([
      'start 1 at 2026-01-01T00:00:00.000Z',
      'start 2 at 2026-01-01T00:00:05.500Z',
    ]);
    expect(log.match(/^tick/gm)).toHaveLength(3 + 4);
  });

  test('whose node is down when its program is to start, starts it when the node comes back', async () => {
    scenario('early', diary, 'faults: [{ at: 0s, crash: a-1, restart: 2s }]');
    await folder.expecting(0, 'run', 'early.yaml', '--mode', 'virtual', '--out', 'early');
    const log = readFileSync(folder.file('early', 'hosts', 'diary@a-1.log'), 'utf8');
    expect(log.match(/^start .*/gm)).toEqual(['start 1 at 2026-01-01T00:00:02.000Z']);
  });

  test('sees its clock jump, and its timers go on', async () => {
    scenario('jump', diary, 'faults: [{ at: 2500ms, clock: a-1, by: 1h }]');
    await folder.expecting(0, 'run', 'jump.yaml', '--mode', 'virtual', '--out', 'jump');
    const log = readFileSync(folder.file('jump', 'hosts', 'diary@a-1.log'), 'utf8');
    const ticks = log.match(/(?<=^tick )\d+/gm)!.map(tick => Number(tick) - Date.UTC(2026, 0, 1));
    expect(ticks.slice(0, 4)).toEqual([1000, 2000, 3_603_000, 3_604_000]);
  });

  test('stands still in a pause', async () => {
    scenario('pause', diary, 'faults: [{ at: 2500ms, pause: a-1, for: 3s }]');
    await folder.expecting(0, 'run', 'pause.yaml', '--mode', 'virtual', '--out', 'pause');
    const log = readFileSync(folder.file('pause', 'hosts', 'diary@a-1.log'), 'utf8');
    const ticks = log.match(/(?<=^tick )\d+/gm)!.map(tick => Number(tick) - Date.UTC(2026, 0, 1));
    expect(ticks.filter(tick => tick > 2500 && tick < 5500)).toEqual([]);
    expect(ticks.filter(tick => tick >= 5500).length).toBeGreaterThan(3);
  });

  test('is traced, and its packets are kept for Wireshark', async () => {
    const looks = ['--trace', 'host=prober@princeton-1', '--capture', 'princeton-1', '--until', '5s'];
    const { stdout } = await folder.expecting(
      0,
      'run',
      'first-ping',
      '--mode',
      'virtual',
      '--out',
      'looked',
      ...looks,
    );
    expect(stdout).toContain('hosts, trace.txt, packets.pcapng');
    const trace = readFileSync(folder.file('looked', 'trace.txt'), 'utf8').trimEnd().split('\n');
    expect(trace.every(line => /^ +\d+\.\d{9} {2}prober@princeton-1 {2}\w+ /.test(line))).toBe(true);
    for (const kind of ['program', 'datagram', 'timer', 'log'])
      expect(trace.join('\n')).toContain(`  ${kind} `);
    expect(readFileSync(folder.file('looked', 'packets.pcapng')).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });

  test('that does not exist cannot be looked at', async () => {
    const { stderr } = await folder.expecting(
      2,
      'run',
      'first-ping',
      '--mode',
      'virtual',
      '--trace',
      'princton-1',
    );
    expect(stderr).toBe('petri: --trace: no host "princton-1" (did you mean "princeton-1"?)\n');
  });
});

describe('refused', () => {
  test('programs, by line and with the mode in which they run', async () => {
    scenario('program', '  probe: { run: { command: [ping, -c, "1", "10.0.0.1"] } }');
    const { stderr } = await folder.expecting(2, 'run', 'program.yaml', '--mode', 'virtual');
    expect(stderr).toContain('slices.probe.run.command: found a program, expected a protocol or a service');
    expect((await folder.expecting(2, 'run', 'program.yaml')).stderr).toContain(
      'programs run in the mode emulate',
    );
  });

  test('a service that is not there, or does not parse', async () => {
    scenario('absent', `  probe: ${onNode('a', 'absent.js')}`);
    expect((await folder.expecting(2, 'run', 'absent.yaml', '--mode', 'virtual')).stderr).toContain(
      'absent.js',
    );
    writeFileSync(folder.file('broken.js'), 'const x = ;\n');
    scenario('broken', `  probe: ${onNode('a', 'broken.js')}`);
    expect((await folder.expecting(2, 'run', 'broken.yaml', '--mode', 'virtual')).stderr).toMatch(
      /broken\.js:1:1[01]: /,
    );
  });

  test('a slice that waits for a port that nobody opens', async () => {
    scenario(
      'closed',
      `  web: { place: { nodes: [a] }, run: { service: diary.js, ready: { port: 80, within: 2s } } }
  user: { place: { nodes: [b] }, run: { service: diary.js, after: [web] } }`,
    );
    const { stderr } = await folder.expecting(2, 'run', 'closed.yaml', '--mode', 'virtual');
    expect(stderr).toMatch(/^petri: web@a-1: port 80 did not answer within 2s, and last said: tick \d+\n$/);
  });
});
