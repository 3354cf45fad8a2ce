// `petri run` of a scenario with variants: what is shared, what is set apart, and what is kept and judged.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { VariantsSummary } from '../../results/comparison.ts';
import type { Summary } from '../../results/summary.ts';
import type { ReplicatedVariant, VariantReplications } from '../../results/variant-replications.ts';
import { Folder } from './petri.ts';

const folder = new Folder();
afterAll(() => folder.leave());

/** A prober beside two that differ from it by nothing, and by how often it probes. */
const PROBERS = `name: probers
duration: 2m
topology: { planetlab: { year: 2002, sites: 12 } }
network: { jitter: 2ms, loss: 1% }
slices:
  prober: { run: { protocol: ping, every: 5s } }
faults:
  - { at: 1m, crash: 3 nodes, restart: 20s }
variants:
  slow: {}
  same: {}
  fast: { slices.prober.run.every: 1s }
expect:
  - prober.rtt.p50 <= 1s
  - fast/prober.sent >= 4 * slow/prober.sent
  - same/prober.rtt.p99 == slow/prober.rtt.p99
`;
writeFileSync(folder.file('probers.yaml'), PROBERS);
writeFileSync(
  folder.file('alone.yaml'),
  PROBERS.replace(/variants:[\s\S]*/, 'expect: [prober.rtt.p50 <= 1s]\n').replace('every: 5s', 'every: 1s'),
);

const run = async (status: number, ...argv: readonly string[]) =>
  JSON.parse((await folder.expecting(status, 'run', 'probers.yaml', ...argv, '--json')).stdout);

const withoutWall = ({ wallSeconds: _, variant: __, ...rest }: Summary) => rest;
const expecting = (line: string) => ['--set', `expect=[${line}]`];

describe('variants', () => {
  test('share their luck: two that do not differ go the same way, event for event', async () => {
    const { variants, digest, expectations, partial }: VariantsSummary = await run(0, '--out', 'all');
    expect(Object.keys(variants)).toEqual(['slow', 'same', 'fast']);
    const { slow, same, fast } = variants as Record<string, Summary>;
    expect(withoutWall(same!)).toEqual(withoutWall(slow!));
    expect(fast!.digest).not.toBe(slow!.digest);
    expect(partial).toBe(false);
    expect(expectations.map(({ text, passed }) => [text, passed])).toEqual([
      ['slow/prober.rtt.p50 <= 1s', true],
      ['same/prober.rtt.p50 <= 1s', true],
      ['fast/prober.rtt.p50 <= 1s', true],
      ['fast/prober.sent >= 4 * slow/prober.sent', true],
      ['same/prober.rtt.p99 == slow/prober.rtt.p99', true],
    ]);
    const again: VariantsSummary = await run(0);
    expect(again.digest).toBe(digest);
    const other: VariantsSummary = await run(0, '--seed', '2');
    expect(other.digest).not.toBe(digest);
    expect(other.variants.same!.digest).toBe(other.variants.slow!.digest);
  });

  test('are kept each as the run that it is by itself, beside what compares them', async () => {
    await folder.expecting(0, 'run', 'probers.yaml', '--out', 'kept', '--quiet');
    await folder.expecting(0, 'run', 'alone.yaml', '--out', 'alone', '--quiet');
    const read = (...parts: string[]) => readFileSync(folder.file(...parts), 'utf8');
    expect(readdirSync(folder.file('kept')).sort()).toEqual([
      'comparison.csv',
      'fast',
      'same',
      'slow',
      'summary.json',
    ]);
    expect(readdirSync(folder.file('kept', 'fast'))).toEqual(readdirSync(folder.file('alone')));
    expect(read('kept', 'fast', 'metrics.csv')).toBe(read('alone', 'metrics.csv'));
    expect(withoutWall(JSON.parse(read('kept', 'fast', 'summary.json')))).toEqual(
      withoutWall(JSON.parse(read('alone', 'summary.json'))),
    );
    const manifest = JSON.parse(read('kept', 'fast', 'manifest.json'));
    expect(manifest.variant).toBe('fast');
    expect(manifest.resolved).toEqual(JSON.parse(read('alone', 'manifest.json')).resolved);
    const summary: VariantsSummary = JSON.parse(read('kept', 'summary.json'));
    expect(read('kept', 'comparison.csv')).toContain(
      `prober.sent,count,count,${['slow', 'same', 'fast'].map(name => summary.variants[name]!.metrics['prober.sent']!.count).join(',')}\n`,
    );
  });

  test('are shown side by side, and where they are to be found', async () => {
    const { stdout, stderr } = await folder.expecting(0, 'run', 'probers.yaml');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^probers\nmodel · seed 1 · digest [0-9a-f]{16}\n\nslow +digest [0-9a-f]{16} /);
    expect(stdout).toMatch(/^ +of +slow +same +fast +unit$/m);
    expect(stdout).toMatch(/^prober\.rtt +mean +[\d.]+ +[\d.]+ +[\d.]+ +ms$/m);
    expect(stdout).toMatch(/^✓ fast\/prober\.sent >= 4 \* slow\/prober\.sent {2}\([\d,]+ against [\d,]+\)$/m);
    expect(stdout).toMatch(
      /\nwritten to runs\/probers-seed1[-\d]*: comparison\.csv, summary\.json, slow\/, same\/, fast\/\n$/,
    );
  });

  test('are picked by --variant, which leaves the others out', async () => {
    const alone: Summary = await run(0, '--variant', 'fast', '--out', 'picked');
    const { digest }: Summary = JSON.parse(readFileSync(folder.file('all', 'fast', 'summary.json'), 'utf8'));
    expect(alone).toMatchObject({ variant: 'fast', digest });
    expect(alone.expectations.map(({ text }) => text)).toEqual(['prober.rtt.p50 <= 1s']);
    expect(readdirSync(folder.file('picked'))).toContain('metrics.csv');
    const odd = [
      '--set',
      'slices.other.run.protocol=chord',
      '--set',
      'variants.odd={ slices.other.run.fingers: 3 }',
    ];
    await folder.expecting(2, 'run', 'probers.yaml', ...odd);
    await folder.expecting(0, 'run', 'probers.yaml', ...odd, '--variant', 'slow');
  });

  test('run one after the other in virtual time, with the same luck', async () => {
    const short = ['--set', 'faults=[]', '--set', 'topology.planetlab.sites=3', '--duration', '8s'];
    const { variants }: VariantsSummary = await run(0, '--mode', 'virtual', ...short, '--out', 'virtual');
    expect(variants.same!.digest).toBe(variants.slow!.digest);
    expect(variants.fast!.events).toBeGreaterThan(variants.slow!.events);
    expect(readdirSync(folder.file('virtual', 'fast'))).toContain('hosts');
  });
});

describe('expectations', () => {
  test.each([
    ['fast/prober.sent <= 2 * slow/prober.sent', /fast\/prober\.sent <= .* failed: [\d,]+ against [\d,]+\n$/],
    ['fast/prober.sent <= 3', /^probers: fast\/prober\.sent <= 3 failed: [\d,]+\n$/],
    [
      'fast/prober.rtt <= slow/prober.sent',
      /failed: prober\.rtt is measured in ms, it cannot be compared with count\n$/,
    ],
    [
      'fast/prober.rtt.count <= slow/prober.rtt',
      /prober\.rtt is measured in count, it cannot be compared with ms/,
    ],
    ['fast/prober.rrt <= slow/prober.rtt', /failed: fast: there is no metric prober\.rrt\n$/],
  ])('that fail give the status 1: %s', async (line, message) => {
    const { stdout, stderr } = await folder.expecting(
      1,
      'run',
      'probers.yaml',
      '--quiet',
      ...expecting(line),
    );
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  test('of all are judged in each', async () => {
    const { stderr } = await folder.expecting(
      1,
      'run',
      'probers.yaml',
      '--quiet',
      ...expecting('prober.rtt < 1ms'),
    );
    expect(stderr).toMatch(/^probers: slow\/prober.*\nprobers: same\/prober.*\nprobers: fast\/prober.*\n$/);
  });
});

describe('--seeds', () => {
  test('pairs the runs of a seed: the difference is known better than by separate intervals', async () => {
    const { replications, summaries } = await run(0, '--seeds', '1..8', ...expecting('prober.rtt <= 1s'));
    const rtt: VariantReplications = replications.find(
      ({ metric }: { metric: string }) => metric === 'prober.rtt',
    );
    const [slow, same, fast] = rtt.variants as [ReplicatedVariant, ReplicatedVariant, ReplicatedVariant];
    expect(rtt.variants.map(({ n }) => n)).toEqual([8, 8, 8]);
    expect(same.difference).toMatchObject({ mean: 0, halfWidth99: 0 });
    const separate = Math.hypot(slow.estimate!.halfWidth99, fast.estimate!.halfWidth99);
    expect(fast.difference!.halfWidth99).toBeLessThan(separate / 1.5);
    const means = (name: string) =>
      summaries[name].map(({ metrics }: Summary) => metrics['prober.rtt']!.mean);
    const [a, b]: number[][] = [means('fast'), means('slow')];
    const differences = a!.map((mean, seed) => mean - b![seed]!);
    expect(fast.difference!.mean).toBeCloseTo(differences.reduce((sum, one) => sum + one, 0) / 8, 9);
    const third: VariantsSummary = await run(0, '--seed', '3', ...expecting('prober.rtt <= 1s'));
    expect(summaries.fast[2].digest).toBe(third.variants.fast!.digest);
  });

  test('of one variant are those of a run alone', async () => {
    const { summaries } = await run(0, '--seeds', '1..2', '--variant', 'slow');
    expect(summaries.map(({ seed, variant }: Summary) => [seed, variant])).toEqual([
      ['1', 'slow'],
      ['2', 'slow'],
    ]);
  });

  test('stop at the first that breaks an expectation about two, with the command that replays it', async () => {
    const line = 'fast/prober.rtt.p50 <= slow/prober.rtt.p50';
    const argv = ['run', 'probers.yaml', '--seeds', '1..12', ...expecting(line), '--json'];
    const whole = JSON.parse((await folder.petri(argv)).stdout).summaries;
    const [fast, slow] = [whole.fast, whole.slow].map((runs: Summary[]) =>
      runs.map(({ metrics }) => metrics['prober.rtt']!.p50!),
    );
    const first = fast!.findIndex((median, seed) => median > slow![seed]!);
    expect(first).toBeGreaterThanOrEqual(0);
    const search = await folder.expecting(1, ...argv, '--until-failure');
    expect(JSON.parse(search.stdout).summaries.fast).toHaveLength(first + 1);
    const replay = /replay: (petri .*)\n$/.exec(search.stderr)![1]!;
    const { status, stdout } = await folder.shell(replay);
    expect(status).toBe(1);
    expect(stdout).toContain(`seed ${first + 1} `);
    expect(stdout).toContain(`✗ ${line}`);
  });
});

describe('the other options', () => {
  test('--check-determinism runs every variant twice', async () => {
    const { stdout } = await folder.expecting(0, 'run', 'probers.yaml', '--check-determinism');
    const line = (name: string) =>
      `${name}: deterministic: two runs, \\d+ events each, digest [0-9a-f]{16}\n`;
    expect(stdout).toMatch(new RegExp(`^${line('slow')}${line('same')}${line('fast')}$`));
  });

  test.each([['--until', '1m'], ['--inspect'], ['--trace', 'princeton-1'], ['--capture', 'princeton-1']])(
    '%s needs one variant',
    async (...option) => {
      const { stderr } = await folder.expecting(2, 'run', 'probers.yaml', '--mode', 'virtual', ...option);
      expect(stderr).toBe(
        `petri: ${option[0]} looks at one run, and the scenario has variants: add --variant (slow, same, fast)\n`,
      );
    },
  );

  test('--until works with one', async () => {
    const { stdout } = await folder.expecting(
      0,
      'run',
      'probers.yaml',
      '--variant',
      'slow',
      '--until',
      '30s',
    );
    expect(stdout).toMatch(/^probers · slow\nmodel .* 30 s in /);
  });

  test.each([
    ['topology', 'describe', 'probers.yaml'],
    ['validate', 'probers.yaml', '--resolved'],
    ['compare', 'probers.yaml', '--modes', 'model,virtual', '--duration', '1s', '--set', 'faults=[]'],
  ])('%s %s needs one variant too', async (...argv) => {
    const { stderr } = await folder.expecting(2, ...argv);
    const named = 'expected one of them to be named, with --variant';
    expect(stderr).toContain(`found the variants slow, same, fast, ${named}`);
    expect((await folder.petri([...argv, '--variant', 'slow'])).status).not.toBe(2);
  });

  test('validate checks them all', async () => {
    const { stdout } = await folder.expecting(0, 'validate', 'probers.yaml');
    expect(stdout).toMatch(
      /^probers · slow: well\. .*\nprobers · same: well\. .*\nprobers · fast: well\. .*\n$/,
    );
    const many = 'variants.many={ slices.prober.place.nodes: 1000 }';
    const { stderr } = await folder.expecting(2, 'validate', 'probers.yaml', '--set', many);
    expect(stderr).toContain(
      `--set ${many}: variant many: slices.prober.place.nodes: found 1000, expected at most`,
    );
  });
});

test('Ctrl-C ends all cleanly, and what there is is kept, marked partial', async () => {
  // That the matrix is not symmetric is told just before the variants begin.
  writeFileSync(folder.file('odd.csv'), ',a,b,c\na,0,10,20\nb,30,0,9\nc,20,9,0\n');
  writeFileSync(
    folder.file('endless.yaml'),
    PROBERS.replace('planetlab: { year: 2002, sites: 12 }', 'import: { matrix: odd.csv }').replace(
      /faults:[\s\S]*?variants/,
      'variants',
    ),
  );
  const argv = ['run', 'endless.yaml', '--duration', '300d', '--out', 'stopped'];
  const { status, stdout } = await folder.petri(argv, (kill, stderr) =>
    stderr.once('data', () => setTimeout(() => kill('SIGINT'), 500)),
  );
  expect(status).toBe(130);
  expect(stdout).toContain('partial: stopped before its end');
  const summary: VariantsSummary = JSON.parse(readFileSync(folder.file('stopped', 'summary.json'), 'utf8'));
  expect(summary.partial).toBe(true);
  expect(summary.expectations.some(({ passed }) => passed)).toBe(false);
  const kept = Object.entries(summary.variants);
  expect(kept.length).toBeGreaterThan(0);
  for (const [name, { partial, virtualSeconds }] of kept) {
    expect(partial).toBe(true);
    expect(virtualSeconds).toBeLessThan(300 * 86400);
    expect(readdirSync(folder.file('stopped', name))).toContain('report.html');
  }
});
