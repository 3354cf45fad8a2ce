// Runs in mode `model`: measured round trips against the matrix they came from, one luck for all designs, faults.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTestbed } from '../../models/build-testbed.ts';
import type { FaultSpec } from '../../models/faults/spec.ts';
import { DATAGRAM_HEADER } from '../../models/host/simulated-host.ts';
import { ModelRun } from '../../models/model-run.ts';
import type { NetworkSpec } from '../../models/network/spec.ts';
import {
  type PlacementSpec,
  type ProtocolRun,
  type SliceSpec,
  trueClock,
  unlimitedShare,
} from '../../models/slice/spec.ts';
import type { TopologySpec } from '../../models/topology/topology.ts';
import { catalogue } from '../../protocols/catalogue.ts';
import { withDefaults } from '../../protocols/options.ts';
import { observedPing } from '../../protocols/ping/definition.ts';
import { pingOptions } from '../../protocols/ping/options.ts';
import { HOUR, MILLISECOND, MINUTE, type Nanoseconds, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';
import { interval99 } from '../statistics.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const BYTES = 64;
let folder: string;
let small: TopologySpec;

// Round trips in ms, two of them odd numbers of nanoseconds.
const SMALL = `,kth,mit,tokyo,perth
kth,0,95.3,270.000001,311.25
mit,95.3,0,160.123457,0.175
tokyo,270.000001,160.123457,0,121
perth,311.25,0.175,121,0
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-model-run-'));
  const file = join(folder, 'small.csv');
  writeFileSync(file, SMALL);
  small = { kind: 'matrix', file };
});
afterAll(() => rmSync(folder, { recursive: true }));

const unlimited = { up: Infinity, down: Infinity, queue: 0 };

/** A slice that pings; no cap, all slivers start at once. */
function pinging(name: string, place: PlacementSpec, options: object = {}): SliceSpec {
  return {
    name,
    place,
    share: unlimitedShare,
    clock: trueClock,
    caps: { uplink: Infinity, burst: 15_000, queue: 0 },
    run: {
      kind: 'protocol',
      protocol: 'ping',
      options: withDefaults(pingOptions, { every: SECOND, targets: 'all-pairs', bytes: BYTES, ...options }),
    },
    startOver: 0,
  };
}

const everywhere = pinging('prober', { policy: 'all' });
const list = (...names: string[]): PlacementSpec => ({ policy: 'list', list: names });

interface Design {
  readonly topology?: TopologySpec;
  readonly network?: Partial<NetworkSpec>;
  readonly slices?: readonly SliceSpec[];
  readonly faults?: readonly FaultSpec[];
  readonly seed?: string;
}

interface Answer {
  /** Host names: `prober@mit-1`. */
  readonly from: string;
  readonly to: string;
  readonly rtt: Nanoseconds;
  /** When the answer came. */
  readonly at: Nanoseconds;
}

/** A run, every answer that its pings get, and its meters. */
function start({
  topology = small,
  network,
  slices = [everywhere],
  faults = [],
  seed = 'seed',
}: Design = {}) {
  const plain: NetworkSpec = { grain: 'message', access: unlimited, jitter: 0, loss: { rate: 0, burst: 1 } };
  const testbed = buildTestbed({ seed, topology, network: { ...plain, ...network }, slices, faults });
  const meters = new Map<string, Ledger>();
  const meterOf = (prefix: string): Ledger => {
    const meter = meters.get(prefix) ?? new Ledger();
    meters.set(prefix, meter);
    return meter;
  };
  const instruments = { meter: meterOf, gauge: () => undefined };
  const answers: Answer[] = [];
  const ping = observedPing((from, to, rtt) => {
    answers.push({ from: run.hostName(Number(from)), to: run.hostName(Number(to)), rtt, at: run.sim.now });
  });
  const run: ModelRun = new ModelRun(testbed, instruments, { ...catalogue, ping });
  return { run, answers, meterOf, testbed };
}

/** The figures of a CSV matrix in ms, moved six places in the text itself, so that no rounding can hide. */
function nanoseconds(cells: readonly string[]): number[] {
  return cells.map(text => {
    const [whole, decimals = ''] = text.split('.');
    if (decimals.length > 6) throw new Error(`${text} has parts of a nanosecond`);
    return Number(whole + decimals.padEnd(6, '0'));
  });
}

/** Of so many sites, the pairs whose answers are not those of the matrix; `undefined` where there was none. */
function wrongPairs(
  answers: readonly Answer[],
  names: readonly string[],
  matrix: readonly number[][],
): string[] {
  const measured = new Map(answers.map(({ from, to, rtt }) => [`${from} ${to}`, rtt]));
  return names.flatMap((a, row) =>
    names.flatMap((b, column) => {
      const rtt = measured.get(`prober@${a}-1 prober@${b}-1`);
      return row === column || rtt === matrix[row][column] ? [] : [`${a} to ${b}: ${rtt}`];
    }),
  );
}

describe('round trips on an imported matrix', () => {
  test('are those of the matrix, to the nanosecond', () => {
    const { run, answers } = start();
    run.advance(10 * SECOND);
    const [[, ...names], ...rows] = SMALL.trim()
      .split('\n')
      .map(line => line.split(','));
    expect(
      wrongPairs(
        answers,
        names,
        rows.map(([, ...cells]) => nanoseconds(cells)),
      ),
    ).toEqual([]);
    expect(answers.length).toBeGreaterThan(4 * 8);
  });

  test('are longer by what the access links take: a probe and its answer, up and down', () => {
    const slices = [pinging('prober', list('kth', 'mit'))];
    const { run, answers } = start({ slices, network: { access: { up: 10e6, down: 5e6, queue: SECOND } } });
    run.advance(10 * SECOND);
    const bits = 8 * (BYTES + DATAGRAM_HEADER);
    const serialisation = 2 * ((bits / 10e6) * 1e9 + (bits / 5e6) * 1e9);
    expect(answers.length).toBeGreaterThan(15);
    expect(new Set(answers.map(({ rtt }) => rtt))).toEqual(new Set([95.3 * MILLISECOND + serialisation]));
  });

  const measured = join(DATA, 'planetlab-rtt/rtt_t01.csv.gz');
  test('measured on PlanetLab are measured again, each of 59 780 to the nanosecond', ctx => {
    if (!existsSync(measured)) ctx.skip('the measured PlanetLab matrices are not here');
    const lines = gunzipSync(readFileSync(measured)).toString().trim().split('\n');
    const { run, answers } = start({ topology: { kind: 'matrix', file: measured } });
    // Each of 245 probes the 244 others in turn, one a second.
    run.advance(250 * SECOND);
    const names = lines.map((_, index) => `site-${index + 1}`);
    expect(
      wrongPairs(
        answers,
        names,
        lines.map(line => nanoseconds(line.split(','))),
      ),
    ).toEqual([]);
  });
});

describe('the digest', () => {
  const noisy = { network: { jitter: MILLISECOND, loss: { rate: 0.1, burst: 2 } } };
  const digest = (design: Design): string => {
    const { run } = start(design);
    run.advance(MINUTE);
    return run.sim.digest.toString();
  };

  test('is the same for the same seed, another for another', () => {
    expect(digest(noisy)).toBe(digest(noisy));
    expect(digest({ ...noisy, seed: 'other' })).not.toBe(digest(noisy));
  });

  test('does not depend on how the run is cut into pieces', () => {
    const { run } = start(noisy);
    for (let until = SECOND; until <= MINUTE; until += 7 * SECOND) while (!run.advance(until, 11));
    run.advance(MINUTE);
    expect(run.sim.now).toBe(MINUTE);
    expect(run.sim.digest.toString()).toBe(digest(noisy));
  });
});

describe('what one slice measures', () => {
  const of = (slice: string, design: Design): Answer[] => {
    const { run, answers } = start(design);
    run.advance(MINUTE);
    return answers.filter(({ from }) => from.startsWith(`${slice}@`));
  };
  const sampled = { targets: 'sampled' };
  const one = pinging('one', list('kth', 'mit'), sampled);

  test('is the same whatever slice runs on other nodes, luck included', () => {
    const network = {
      jitter: 5 * MILLISECOND,
      loss: { rate: 0.2, burst: 3 },
      access: { up: 1e6, down: 1e6, queue: SECOND },
    };
    const alone = of('one', { network, slices: [one] });
    const other = pinging('other', list('tokyo', 'perth'), { ...sampled, every: 10 * MILLISECOND });
    expect(alone.length).toBeGreaterThan(50);
    expect(of('one', { network, slices: [one, other] })).toEqual(alone);
    expect(of('one', { network, slices: [other, one] })).toEqual(alone);
  });

  test('is the same whatever slice runs beside it on the same nodes, where links are unlimited', () => {
    const network = { jitter: 5 * MILLISECOND, loss: { rate: 0.2, burst: 3 } };
    const alone = of('one', { network, slices: [one] });
    const other = pinging('other', { policy: 'all' }, { ...sampled, every: 10 * MILLISECOND });
    expect(alone.length).toBeGreaterThan(50);
    expect(of('one', { network, slices: [one, other] })).toEqual(alone);
    expect(of('one', { network, slices: [other, one] })).toEqual(alone);
  });

  test('is another where they share a link that is busy', () => {
    const network = { access: { up: 100e3, down: 100e3, queue: SECOND } };
    const other = pinging('other', { policy: 'all' }, { ...sampled, every: 10 * MILLISECOND });
    expect(of('one', { network, slices: [one, other] })).not.toEqual(of('one', { network, slices: [one] }));
  });
});

describe('faults', () => {
  const named = (name: string) => ({ kind: 'name', name }) as const;
  const pair = pinging('prober', list('kth', 'mit'), { every: 100 * MILLISECOND });
  const RTT = 95.3 * MILLISECOND;

  test('a partition stops everything both ways, and heals', () => {
    const groups = [[named('kth')], [{ kind: 'rest' } as const]];
    const fault: FaultSpec = { kind: 'partition', at: 10 * SECOND, groups, heal: 10 * SECOND };
    const { run, answers, meterOf } = start({ slices: [pair], faults: [fault] });
    const network = meterOf('network');
    run.advance(10 * SECOND);
    const [sent, delivered] = [network.count('sent'), network.count('delivered')];
    run.advance(20 * SECOND - 1);
    // Neither probes nor answers arrive: what was on its way is lost as well.
    expect(network.count('delivered')).toBe(delivered);
    expect(network.count('sent')).toBe(sent + 2 * 100);
    run.advance(30 * SECOND);
    for (const from of ['prober@kth-1', 'prober@mit-1']) {
      const times = answers.filter(answer => answer.from === from).map(({ at }) => at / SECOND);
      expect(times.filter(at => at < 10).length).toBeGreaterThan(95);
      expect(times.filter(at => at > 10 && at < 20)).toEqual([]);
      expect(times.filter(at => at > 20.2).length).toBeGreaterThan(95);
    }
  });

  test('a slow link adds its delay each way, and its rate, and then mends', () => {
    const delay = 12_345_678;
    const faults: FaultSpec[] = [
      { kind: 'slow', at: 10 * SECOND, nodes: named('kth'), delay, for: 10 * SECOND },
      { kind: 'slow', at: 30 * SECOND, nodes: named('kth'), rate: 1e6, for: 10 * SECOND },
    ];
    const { run, answers } = start({ slices: [pair], faults });
    run.advance(50 * SECOND);
    // A probe under way when the fault begins or ends meets it one way only.
    const between = (from: number, to: number) =>
      new Set(
        answers.filter(({ at, rtt }) => at - rtt >= from * SECOND && at < to * SECOND).map(({ rtt }) => rtt),
      );
    expect(between(0, 10)).toEqual(new Set([RTT]));
    expect(between(10, 20)).toEqual(new Set([RTT + 2 * delay]));
    expect(between(20, 30)).toEqual(new Set([RTT]));
    // The link passes the probe one way and the answer the other: 92 bytes at 1 Mbit/s, twice.
    expect(between(30, 40)).toEqual(new Set([RTT + 2 * 736_000]));
    expect(between(40.2, 50)).toEqual(new Set([RTT]));
  });

  test('a node that crashes neither asks nor answers until it restarts, then begins anew', () => {
    const fault: FaultSpec = {
      kind: 'crash',
      at: 10 * SECOND,
      nodes: named('mit-1'),
      over: 0,
      restart: 20 * SECOND,
    };
    const { run, answers, meterOf } = start({ faults: [fault] });
    run.advance(10 * SECOND);
    expect(run.nodesUp).toBe(3);
    run.advance(29.9 * SECOND);
    const concerned = answers.filter(({ from, to }) => [from, to].includes('prober@mit-1'));
    expect(concerned.length).toBeGreaterThan(10);
    expect(Math.max(...concerned.map(({ at }) => at))).toBeLessThanOrEqual(10 * SECOND);
    expect(meterOf('network').count('dropped.down')).toBeGreaterThan(10);
    run.advance(60 * SECOND);
    expect(run.nodesUp).toBe(4);
    const asks = answers.filter(({ from, at }) => from === 'prober@mit-1' && at > 30 * SECOND);
    const answered = answers.filter(({ to, at }) => to === 'prober@mit-1' && at > 30 * SECOND);
    expect(asks.length).toBeGreaterThan(25);
    expect(answered.length).toBeGreaterThan(25);
    // Those who stayed up asked all along, once a second.
    expect(answers.filter(({ from }) => from === 'prober@kth-1').length).toBeGreaterThan(50);
  });

  test('a site crashes with all its nodes and slivers, and no other does', () => {
    const fault: FaultSpec = {
      kind: 'crash',
      at: 10 * SECOND,
      nodes: named('site-2'),
      over: 0,
      restart: MINUTE,
    };
    const { run, answers, testbed } = start({
      topology: { kind: 'generate', sites: 3, nodesPerSite: 3 },
      slices: [everywhere, pinging('second', { policy: 'all' })],
      faults: [fault],
    });
    expect(run.hosts).toBe(18);
    run.advance(10 * SECOND);
    expect(run.nodesUp).toBe(6);
    expect([...testbed.nodes.up]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1]);
    run.advance(70 * SECOND - 1);
    const atSite = (host: string) => host.includes('@site-2-');
    const during = answers.filter(({ at }) => at > 11 * SECOND);
    expect(during.filter(({ from, to }) => atSite(from) || atSite(to))).toEqual([]);
    expect(new Set(during.map(({ from }) => from)).size).toBe(12);
    run.advance(2 * MINUTE);
    const after = answers.filter(({ at }) => at > 70 * SECOND);
    expect(new Set(after.map(({ from }) => from)).size).toBe(18);
  });

  test('a node that comes back before its sliver is to start changes nothing', () => {
    const slices = [{ ...everywhere, startOver: 30 * SECOND }];
    const early: FaultSpec = { kind: 'crash', at: 0, nodes: named('mit'), over: 0, restart: MILLISECOND };
    const [plain, faulty] = [start({ slices }), start({ slices, faults: [early] })];
    for (const { run } of [plain, faulty]) run.advance(MINUTE);
    expect(plain.answers.length).toBeGreaterThan(100);
    expect(faulty.answers).toEqual(plain.answers);
  });

  test('a sliver whose node is down at its start starts with its node', () => {
    const faults: FaultSpec[] = [
      { kind: 'crash', at: 0, nodes: named('mit'), over: 0 },
      { kind: 'restart', at: MINUTE, nodes: named('mit') },
    ];
    const { run, answers } = start({ slices: [{ ...everywhere, startOver: 30 * SECOND }], faults });
    run.advance(2 * MINUTE);
    const times = answers.filter(({ from }) => from === 'prober@mit-1').map(({ at }) => at);
    expect(Math.min(...times)).toBeGreaterThan(MINUTE);
    expect(times.length).toBeGreaterThan(50);
  });
});

test.each([{ burst: 1 }, { burst: 1.25 }])(
  'loss of p each way leaves (1 - p)^2 answered: %o',
  ({ burst }) => {
    const rate = 0.1;
    const shares = Array.from({ length: 30 }, (_, replication) => {
      const { run, meterOf, answers } = start({
        seed: `loss ${replication}`,
        network: { loss: { rate, burst } },
        slices: [pinging('prober', { policy: 'all' }, { every: 100 * MILLISECOND })],
      });
      run.advance(100 * SECOND);
      const sent = meterOf('prober').count('sent');
      // The last probes' answers are still to come.
      run.advance(101 * SECOND);
      return answers.filter(({ at, rtt }) => at - rtt <= 100 * SECOND).length / sent;
    });
    const { low, high } = interval99(shares);
    expect(low).toBeLessThan((1 - rate) ** 2);
    expect(high).toBeGreaterThan((1 - rate) ** 2);
  },
);

describe('contacts', () => {
  test('are who a slice speaks to, and none of its own', () => {
    const core = pinging('core', list('kth', 'mit'));
    const edge = pinging('edge', list('tokyo', 'perth'));
    const { run, answers } = start({
      slices: [core, { ...edge, run: { ...edge.run, contacts: 'core' } as ProtocolRun }],
    });
    run.advance(10 * MINUTE);
    const askedBy = (name: string) =>
      new Set(answers.filter(({ from }) => from === name).map(({ to }) => to));
    expect(askedBy('edge@tokyo-1')).toEqual(new Set(['core@kth-1', 'core@mit-1']));
    expect(askedBy('core@kth-1')).toEqual(new Set(['core@mit-1']));
  });
});

describe('slivers', () => {
  test('start at random times over the span given', () => {
    const slices = [{ ...everywhere, startOver: MINUTE }];
    const { run, answers } = start({ topology: { kind: 'generate', sites: 60, nodesPerSite: 1 }, slices });
    run.advance(MINUTE / 2);
    const early = new Set(answers.map(({ to }) => to)).size;
    expect(early).toBeGreaterThan(15);
    expect(early).toBeLessThan(45);
    run.advance(2 * MINUTE);
    expect(new Set(answers.map(({ to }) => to)).size).toBe(60);
  });

  test('talk to their own slice only', () => {
    const { run, answers } = start({ slices: [everywhere, pinging('second', { policy: 'all' })] });
    run.advance(MINUTE);
    const sliceOf = (host: string) => host.split('@')[0];
    expect(answers.length).toBeGreaterThan(400);
    expect(answers.filter(({ from, to }) => sliceOf(from) !== sliceOf(to))).toEqual([]);
  });
});

describe('nodes that stand still, and clocks', () => {
  const named = (name: string) => ({ kind: 'name', name }) as const;
  const pair = pinging('prober', list('kth', 'mit'), { every: 100 * MILLISECOND, timeout: 30 * SECOND });
  const pause = (at: number, span: number, name = 'mit'): FaultSpec => ({
    kind: 'pause',
    at: at * SECOND,
    nodes: named(name),
    for: span * SECOND,
  });
  const ofFrom = (answers: readonly Answer[], from: string) =>
    answers.filter(answer => answer.from === `prober@${from}`);

  test('a paused node answers nothing, and when it goes on all that waited, late', () => {
    const { run, answers, meterOf } = start({ slices: [pair], faults: [pause(10, 10)] });
    run.advance(20 * SECOND - 1);
    expect(run.nodesUp).toBe(4);
    // Answers that were under way still come.
    const early = (answer: Answer) => answer.at > 10.1 * SECOND;
    expect(answers.filter(early)).toEqual([]);
    expect(meterOf('network').count('dropped.down')).toBe(0);
    run.advance(40 * SECOND);
    const waited = ofFrom(answers, 'kth-1').filter(({ rtt }) => rtt > 200 * MILLISECOND);
    // One every 100 ms for 10 s: all are answered half a round trip after the end of the pause.
    expect(waited.length).toBeGreaterThanOrEqual(98);
    expect(new Set(waited.map(({ at }) => at))).toEqual(new Set([20 * SECOND + (95.3 / 2) * MILLISECOND]));
    const after = ofFrom(answers, 'mit-1').filter(({ at }) => at > 21 * SECOND);
    expect(after.length).toBeGreaterThan(180);
    expect(new Set(after.map(({ rtt }) => rtt))).toEqual(new Set([95.3 * MILLISECOND]));
  });

  test('a node that crashes while it stands still comes back running', () => {
    const crash: FaultSpec = {
      kind: 'crash',
      at: 12 * SECOND,
      nodes: named('mit'),
      over: 0,
      restart: 3 * SECOND,
    };
    const { run, answers } = start({ slices: [pair], faults: [pause(10, 10), crash] });
    run.advance(19 * SECOND);
    expect(ofFrom(answers, 'mit-1').some(({ at }) => at > 15 * SECOND)).toBe(true);
    expect(answers.every(({ rtt }) => rtt === 95.3 * MILLISECOND)).toBe(true);
  });

  test('slivers whose start comes while their node stands still start when it goes on', () => {
    const late = { ...pair, startOver: 5 * SECOND };
    const { run, answers } = start({ slices: [late], faults: [pause(0, 8), pause(0, 8, 'kth')] });
    run.advance(8 * SECOND);
    expect(answers).toEqual([]);
    run.advance(20 * SECOND);
    for (const from of ['kth-1', 'mit-1']) expect(ofFrom(answers, from).length).toBeGreaterThan(100);
  });

  test('drift shows in what a slice measures, by the same luck; skew and jumps do not', () => {
    const rtts = (clock: SliceSpec['clock'], faults: readonly FaultSpec[] = []) => {
      const { run, answers } = start({ slices: [{ ...pair, clock }], faults });
      run.advance(10 * SECOND);
      return ofFrom(answers, 'mit-1').map(({ rtt }) => rtt / (95.3 * MILLISECOND) - 1);
    };
    const jump: FaultSpec = { kind: 'clock', at: 5 * SECOND, nodes: named('mit'), by: -3600 * SECOND };
    const plain = rtts(trueClock);
    expect(new Set(plain)).toEqual(new Set([0]));
    expect(rtts({ skew: HOUR, drift: 0 }, [jump])).toEqual(plain);
    const errors = rtts({ skew: 0, drift: 0.01 });
    expect(Math.max(...errors) - Math.min(...errors)).toBeLessThan(1e-7);
    expect(Math.abs(errors[0])).toBeGreaterThan(1e-5);
    expect(Math.abs(errors[0])).toBeLessThanOrEqual(0.01);
  });

  test('a clock fault makes the time of day of all its hosts jump, up or down', () => {
    const jump: FaultSpec = { kind: 'clock', at: 5 * SECOND, nodes: named('mit'), by: -2 * SECOND };
    const crash: FaultSpec = { kind: 'crash', at: 4 * SECOND, nodes: named('mit'), over: 0 };
    const { run } = start({ faults: [crash, jump] });
    run.advance(6 * SECOND);
    const times = Array.from({ length: run.hosts }, (_, address) => run.timeOfDay(address) / SECOND);
    expect(times).toEqual([6, 4, 6, 6]);
  });
});
