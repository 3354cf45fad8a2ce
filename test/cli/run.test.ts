// `petri run`: what its users see, keep and script against.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Summary } from '../../results/summary.ts';
import { libraryFiles } from '../../scenarios/library.ts';
import { Folder } from './petri.ts';

const folder = new Folder();
afterAll(() => folder.leave());

const summaryOf = async (...argv: readonly string[]): Promise<Summary> =>
  JSON.parse((await folder.expecting(0, 'run', ...argv, '--json')).stdout);

describe('a run', () => {
  test("the README's scenario meets its expectations and says so", async () => {
    const { stdout, stderr } = await folder.expecting(0, 'run', 'planetlab-2003', '--out', 'first');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^planetlab-2003\nmodel · seed 1 · digest [0-9a-f]{16} · 30 min in /);
    expect(stdout).toMatch(/^✓ dht\.lookup\.success >= 0\.99/m);
    expect(stdout).toMatch(/^✓ prober\.rtt\.p50 <= 200ms {2}\([\d.]+ ms\)/m);
    expect(stdout).toContain('written to first:');
  });

  test('is kept whole, and its summary is the one that --json prints', async () => {
    const { wallSeconds: _, ...printed } = await summaryOf('first-ping', '--out', 'kept');
    expect(readdirSync(folder.file('kept')).sort()).toEqual([
      'manifest.json',
      'metrics.csv',
      'report.html',
      'summary.json',
    ]);
    const kept = JSON.parse(readFileSync(folder.file('kept', 'summary.json'), 'utf8'));
    expect(kept).toMatchObject(printed);
    expect(printed).toMatchObject({
      scenario: 'first-ping',
      mode: 'model',
      seed: '1',
      virtualSeconds: 120,
      partial: false,
    });
    expect(Object.keys(printed.metrics['prober.rtt'])).toEqual([
      'count',
      'mean',
      'min',
      'p50',
      'p90',
      'p99',
      'max',
      'unit',
    ]);
  });

  test('runs again from its own manifest, event for event', async () => {
    const { digest } = await summaryOf(
      'planetlab-2003',
      '--duration',
      '7m',
      '--set',
      'faults=[]',
      '--out',
      'once',
    );
    const { resolved } = JSON.parse(readFileSync(folder.file('once', 'manifest.json'), 'utf8'));
    writeFileSync(folder.file('again.yaml'), JSON.stringify(resolved));
    expect((await summaryOf('again.yaml')).digest).toBe(digest);
  });

  test('has the digest of its seed', async () => {
    const [first, second, other] = await Promise.all(
      ['7', '7', '8'].map(seed => summaryOf('planetlab-2003', '--seed', seed)),
    );
    expect(second.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
    expect(first.seed).toBe('7');
  });

  test('on an imported matrix measures round trips within it', async () => {
    const { metrics } = await summaryOf('imported-matrix');
    const cells = readFileSync(new URL('../../scenarios/library/data/ten-sites.csv', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .flatMap(row => row.split(',').slice(1).map(Number))
      .filter(cell => cell > 0);
    expect(metrics['prober.rtt'].min).toBe(Math.min(...cells));
    expect(metrics['prober.rtt'].max).toBe(Math.max(...cells));
  });

  test('takes names from the seed that no folder could bear', async () => {
    const { stdout } = await folder.expecting(0, 'run', 'first-ping', '--seed', '../a b/c');
    expect(stdout).toContain('written to runs/first-ping-seed..-a-b-c:');
  });
});

describe('--check-determinism', () => {
  test('finds the digest of an ordinary run', async () => {
    const { digest, events } = await summaryOf('planetlab-2003', '--seed', '3');
    const { stdout } = await folder.expecting(
      0,
      'run',
      'planetlab-2003',
      '--seed',
      '3',
      '--check-determinism',
    );
    expect(stdout).toBe(`deterministic: two runs, ${events} events each, digest ${digest}\n`);
  });
});

describe('--seeds', () => {
  test('shows means with their intervals, those of a run a seed', async () => {
    const { stdout } = await folder.expecting(0, 'run', 'first-ping', '--seeds', '1..4', '--json');
    const { replications, summaries } = JSON.parse(stdout);
    expect(summaries.map(({ seed }: Summary) => seed)).toEqual(['1', '2', '3', '4']);
    const means = summaries.map(({ metrics }: Summary) => metrics['prober.rtt'].mean);
    const { estimate } = replications.find(({ metric }: { metric: string }) => metric === 'prober.rtt');
    expect(estimate.n).toBe(4);
    expect(estimate.mean).toBeCloseTo(means.reduce((sum: number, mean: number) => sum + mean, 0) / 4, 9);
    expect(summaries[2].digest).toBe((await summaryOf('first-ping', '--seed', '3')).digest);
  });

  test('names the seed whose expectation failed', async () => {
    const impossible = 'expect=[prober.rtt.max <= 1ms]';
    const { stderr } = await folder.expecting(1, 'run', 'first-ping', '--seeds', '1..2', '--set', impossible);
    expect(stderr).toMatch(/^seed 1: prober\.rtt\.max <= 1ms failed: [\d.]+ ms\nseed 2: /);
  });
});

describe('--until-failure', () => {
  // Of 236 probes, a fraction that chance decides is answered: some seeds stay below it.
  const lossy = ['first-ping', '--set', 'network.loss=30%', '--set', 'expect=[prober.answered >= 0.48]'];

  test('ends at the first seed that breaks an expectation, with the command that replays it', async () => {
    const { stdout } = await folder.petri(['run', ...lossy, '--seeds', '1..20', '--json']);
    const summaries: Summary[] = JSON.parse(stdout).summaries;
    const passed = summaries.map(({ expectations }) => expectations.every(({ passed }) => passed));
    const first = passed.indexOf(false);
    expect(passed).toContain(true);
    expect(first).toBeGreaterThanOrEqual(0);
    const { seed } = summaries[first]!;
    const search = await folder.expecting(
      1,
      'run',
      ...lossy,
      '--seeds',
      '1..20',
      '--until-failure',
      '--json',
    );
    expect(JSON.parse(search.stdout).summaries).toHaveLength(first + 1);
    const replay = /replay: (petri .*)\n$/.exec(search.stderr)![1]!;
    const { status, stdout: shown } = await folder.shell(replay);
    expect(status).toBe(1);
    expect(shown).toContain(`seed ${seed}`);
  });

  test('is well where none does', async () => {
    const options = ['first-ping', '--seeds', '1..3', '--until-failure', '--quiet'];
    expect((await folder.expecting(0, 'run', ...options)).stderr).toBe('');
  });

  test('needs seeds', async () => {
    expect((await folder.expecting(2, 'run', 'first-ping', '--until-failure')).stderr).toContain('seeds');
  });
});

describe('the exit status', () => {
  test('is 1 where an expectation failed, and --quiet says which', async () => {
    const failing = 'expect=[prober.rtt.max <= 1ms, prober.rtt.count >= 1]';
    const { stdout, stderr } = await folder.expecting(1, 'run', 'first-ping', '--quiet', '--set', failing);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^first-ping: prober\.rtt\.max <= 1ms failed: [\d.]+ ms\n$/);
  });

  test.each([
    ['expect=[prober.rrt <= 1ms]', 'there is no metric prober.rrt'],
    ['expect=[prober.late <= 1ms]', 'prober.late is measured in count, it cannot be compared with a time'],
    [
      'expect=[prober.lost <= 1]',
      'the sample of prober.lost is empty; to expect a count of 0, write prober.lost.count',
    ],
  ])('is 1 where nothing was measured: %s', async (set, reason) => {
    const { stderr } = await folder.expecting(1, 'run', 'first-ping', '--quiet', '--set', set);
    expect(stderr).toContain(`failed: ${reason}`);
  });

  test.each([
    [
      ['planetlab-203'],
      `petri: planetlab-203: found no scenario of this name, expected a file, or a scenario of the library: ${[...libraryFiles().keys()].join(', ')} (did you mean "planetlab-2003"?)`,
    ],
    [['none.yaml'], 'petri: none.yaml: found no such file, expected a scenario file'],
    [
      ['first-ping', '--set', 'network.los=1%'],
      'petri: --set network.los=1%: network.los: found an unknown key, expected one of grain, access, site, variation, jitter, loss, duplicate, corrupt, reorder (did you mean "loss"?)',
    ],
    [
      ['first-ping', '--duration', '5'],
      'petri: --duration 5: duration: found "5", expected a duration with its unit (ns, us, ms, s, m, h, d), such as 50ms or 1.5h (did you mean "5s"?)',
    ],
    [
      ['first-ping', '--set', 'slices.prober.place.nodes=9'],
      "petri: --set slices.prober.place.nodes=9: slices.prober.place.nodes: found 9, expected at most 4, the testbed's nodes",
    ],
    [['hello-http'], 'slices.web.run.service: found a Node.js service, expected a protocol'],
    [['first-ping', '--trace', 'princeton-1'], '--trace: traces are taken with --mode virtual'],
    [['first-ping', '--until', '5'], '--until: found "5", expected a duration with its unit'],
    [['first-ping', '--until', '1h'], '--until: found "1h", expected at most 2m, the duration'],
    [['first-ping', '--mode', 'emulate', '--seeds', '1..2'], '--seeds: emulated runs share the machine'],
    [['first-ping', '--mode', 'emulate', '--check-determinism'], 'no two emulated runs are the same'],
    [['first-ping', '--mode', 'fast'], 'Invalid values'],
    [['first-ping', '--seeds', '3'], 'petri: --seeds: found "3", expected first..last, such as 1..20'],
    [['first-ping', '--seeds', '1..3', '--seed', '4'], 'Arguments seeds and seed are mutually exclusive'],
    [['first-ping', '--sed', '4'], 'Unknown argument: sed'],
    [[], 'Not enough non-option arguments'],
  ])('is 2 for bad input: %j', async (argv, message) => {
    const { stdout, stderr } = await folder.expecting(2, 'run', ...argv);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  test('is 2, before anything runs, where the run directory is taken', async () => {
    writeFileSync(folder.file('taken'), '');
    const { stderr } = await folder.expecting(
      2,
      'run',
      'planetlab-2003',
      '--duration',
      '300d',
      '--out',
      'taken',
    );
    expect(stderr).toBe(
      'petri: taken exists and is not an empty directory: name another directory, or remove it\n',
    );
  });
});

describe('Ctrl-C', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s ends a run cleanly, and what there is is kept, marked partial',
    async signal => {
      const out = `stopped-${signal}`;
      const argv = ['run', 'planetlab-2003', '--duration', '300d', '--out', out];
      const { status, stdout } = await folder.petri(argv, kill => setTimeout(() => kill(signal), 5000));
      expect(status).toBe(130);
      expect(stdout).toContain('partial: stopped before its end');
      const summary: Summary = JSON.parse(readFileSync(folder.file(out, 'summary.json'), 'utf8'));
      expect(summary.partial).toBe(true);
      expect(summary.virtualSeconds).toBeGreaterThan(0);
      expect(summary.virtualSeconds).toBeLessThan(300 * 86400);
      expect(summary.expectations.every(({ passed }) => !passed)).toBe(true);
    },
  );
});
