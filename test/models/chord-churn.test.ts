// Chord in mode `model` while nodes crash: lookups keep succeeding, and find the node that the key belongs to.
import { describe, expect, test } from 'vitest';
import { buildTestbed } from '../../models/build-testbed.ts';
import type { FaultSpec } from '../../models/faults/spec.ts';
import { ModelRun } from '../../models/model-run.ts';
import { trueClock, unlimitedShare } from '../../models/slice/spec.ts';
import { catalogue } from '../../protocols/catalogue.ts';
import { observedChord } from '../../protocols/chord/definition.ts';
import type { NodeRef } from '../../protocols/chord/messages.ts';
import { chordOptions } from '../../protocols/chord/options.ts';
import { distance, idOf } from '../../protocols/chord/ring.ts';
import { withDefaults } from '../../protocols/options.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';

const NODES = 100;
const CHURN = 5 * MINUTE;

/** A slice on two nodes at each of 50 sites, its meter, and how many lookups found whom the key belongs to. */
function dht(seed: string, crash: Omit<FaultSpec & { kind: 'crash' }, 'kind' | 'at'>, options: object = {}) {
  const testbed = buildTestbed({
    seed,
    topology: { kind: 'generate', sites: NODES / 2, nodesPerSite: 2 },
    network: {
      grain: 'message',
      access: { up: 10e6, down: 10e6, queue: 100 * MILLISECOND },
      jitter: MILLISECOND,
      loss: { rate: 0.001, burst: 1 },
    },
    slices: [
      {
        name: 'dht',
        place: { policy: 'all' },
        share: unlimitedShare,
        clock: trueClock,
        caps: { uplink: 1e6, burst: 15_000, queue: SECOND },
        run: { kind: 'protocol', protocol: 'chord', options: withDefaults(chordOptions, options) },
        startOver: 10 * SECOND,
      },
    ],
    faults: [{ kind: 'crash', at: CHURN, ...crash }],
  });
  const members = testbed.slices[0].nodes.map((node, address) => ({ node, address, id: idOf(address) }));
  const trueOwner = (key: number) =>
    members
      .filter(({ node }) => testbed.nodes.up[node])
      .reduce((best, other) => (distance(key, other.id) < distance(key, best.id) ? other : best)).address;
  const right: boolean[] = [];
  const onLookup = (key: number, owner: NodeRef) => void right.push(owner.address === trueOwner(key));
  const meter = new Ledger();
  const other = new Ledger();
  const instruments = {
    meter: (prefix: string) => (prefix === 'dht' ? meter : other),
    gauge: () => undefined,
  };
  const run = new ModelRun(testbed, instruments, {
    ...catalogue,
    chord: observedChord(onLookup),
  });
  return { run, meter, right };
}

const share = (outcomes: readonly (number | boolean)[]) => outcomes.filter(Boolean).length / outcomes.length;

describe('while a tenth of the nodes crashes over ten minutes', () => {
  const crash = { nodes: { kind: 'fraction', fraction: 0.1 }, over: 10 * MINUTE } as const;

  test.each(['1', '2', '3', '4', '5'])('99 in 100 lookups succeed, on testbed %s', seed => {
    const { run, meter, right } = dht(seed, crash);
    run.advance(CHURN);
    expect(meter.count('joined')).toBe(NODES);
    const [tried, found] = [meter.sample('lookup.success').length, right.length];
    run.advance(CHURN + 10 * MINUTE);
    expect(run.nodesUp).toBe(0.9 * NODES);
    const outcomes = meter.sample('lookup.success').slice(tried);
    expect(outcomes.length).toBeGreaterThan(5000);
    expect(share(outcomes)).toBeGreaterThanOrEqual(0.99);
    expect(share(right.slice(found))).toBeGreaterThanOrEqual(0.99);
    // The dead were met on the way.
    expect(meter.count('lookup.timeouts')).toBeGreaterThan(20);
  });
});

test('where half of the nodes crash at once and none knows more than one successor, lookups fail, and recover', () => {
  const { run, meter, right } = dht(
    '1',
    { nodes: { kind: 'fraction', fraction: 0.5 }, over: 0 },
    { successors: 1 },
  );
  run.advance(CHURN);
  const tried = meter.sample('lookup.success').length;
  run.advance(CHURN + MINUTE);
  expect(share(meter.sample('lookup.success').slice(tried))).toBeLessThan(0.99);
  run.advance(CHURN + 10 * MINUTE);
  const [mended, found] = [meter.sample('lookup.success').length, right.length];
  run.advance(CHURN + 20 * MINUTE);
  expect(share(meter.sample('lookup.success').slice(mended))).toBeGreaterThanOrEqual(0.99);
  expect(share(right.slice(found))).toBeGreaterThanOrEqual(0.99);
});
