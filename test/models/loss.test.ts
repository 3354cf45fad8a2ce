// Loss: its long-run rate and the lengths of its bursts, from the first message on.
import { describe, expect, test } from 'vitest';
import { BurstLoss, IndependentLoss, type Loss } from '../../models/network/loss.ts';
import type { LossSpec } from '../../models/network/spec.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { interval99, mean } from '../statistics.ts';

function streams(name: string): (node: number) => RandomStream {
  const made = new Map<number, RandomStream>();
  return node => {
    const own = made.get(node) ?? stream(name, node);
    made.set(node, own);
    return own;
  };
}

const drops = (loss: Loss, node: number, messages: number): boolean[] =>
  Array.from({ length: messages }, () => loss.drops(node));

const share = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length / outcomes.length;

/** The lengths of the runs of one outcome, the first and the last, which may be cut short, left out. */
function runs(outcomes: readonly boolean[], of: boolean): number[] {
  const lengths: number[] = [];
  let length = 0;
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome === of) length++;
    else if (length > 0) {
      if (length < index) lengths.push(length);
      length = 0;
    }
  }
  return lengths;
}

function expectCovered(values: readonly number[], figure: number): void {
  const { low, high } = interval99(values);
  expect(low).toBeLessThan(figure);
  expect(high).toBeGreaterThan(figure);
}

const SPECS: readonly LossSpec[] = [
  { rate: 0.01, burst: 3 },
  { rate: 0.05, burst: 20 },
  { rate: 0.5, burst: 1.5 },
  { rate: 0.9, burst: 10 },
];

describe('burst loss', () => {
  test.each(SPECS)('has its rate, bursts of its mean length, and gaps that follow: %o', ({ rate, burst }) => {
    const loss = new BurstLoss(40, { rate, burst }, streams(`bursts ${rate}`));
    const replications = Array.from({ length: 40 }, (_, node) => drops(loss, node, 20_000));
    expectCovered(replications.map(share), rate);
    expectCovered(
      replications.map(outcomes => mean(runs(outcomes, true))),
      burst,
    );
    // Of the time between two bursts' starts the share `rate` is lost.
    expectCovered(
      replications.map(outcomes => mean(runs(outcomes, false))),
      (burst * (1 - rate)) / rate,
    );
  });

  test('has bursts of geometric length', () => {
    const loss = new BurstLoss(1, { rate: 0.1, burst: 4 }, streams('geometric'));
    const lengths = runs(drops(loss, 0, 400_000), true);
    // After each loss the burst ends with probability 1/4, however long it has been.
    for (const least of [1, 2, 4, 8]) {
      const going = lengths.filter(length => length >= least);
      const ends = going.filter(length => length === least).length / going.length;
      expect(Math.abs(ends - 0.25)).toBeLessThan(2.576 * Math.sqrt((0.25 * 0.75) / going.length));
    }
  });

  test.each(SPECS)('has its rate from the first message of a node on: %o', ({ rate, burst }) => {
    const loss = new BurstLoss(20_000, { rate, burst }, streams(`begin ${rate}`));
    const begun = Array.from({ length: 20_000 }, (_, node) => drops(loss, node, 3));
    expectCovered(begun.map(share), rate);
  });
});

describe('independent loss', () => {
  test('has its rate, and no memory', () => {
    const rate = 0.2;
    const loss = new IndependentLoss(rate, streams('independent'));
    const replications = Array.from({ length: 40 }, (_, node) => drops(loss, node, 10_000));
    expectCovered(replications.map(share), rate);
    const after = (outcomes: readonly boolean[], before: boolean) =>
      share(outcomes.filter((_, index) => index > 0 && outcomes[index - 1] === before));
    for (const before of [true, false]) {
      expectCovered(
        replications.map(outcomes => after(outcomes, before)),
        rate,
      );
    }
  });
});

test.each([
  ['independent', () => new IndependentLoss(0.3, streams('own'))],
  ['burst', () => new BurstLoss(2, { rate: 0.3, burst: 3 }, streams('own'))],
] as [string, () => Loss][])('%s loss of one node is the same whatever others send', (_, make) => {
  const shared = make();
  const beside = Array.from({ length: 500 }, (_, index) => {
    for (let more = 0; more < index % 3; more++) shared.drops(1);
    return shared.drops(0);
  });
  expect(beside).toEqual(drops(make(), 0, 500));
});
