// Chord while nodes come and go: whatever the order, what is left is one ring, and lookups find the right owner.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stableState } from '../../protocols/chord/stable.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { ChordSlice, settings } from './chord-slice.ts';

const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);

const successRate = (slice: ChordSlice): number => {
  const outcomes = slice.network.meter.sample('lookup.success');
  return outcomes.reduce((sum, value) => sum + value, 0) / outcomes.length;
};

const forgetMeasured = (slice: ChordSlice): void => {
  for (const values of slice.network.meter.values.values()) values.length = 0;
  slice.findings = [];
};

const wrongOwners = (slice: ChordSlice): number =>
  slice.findings.filter(({ key, owner }) => owner.address !== slice.trueOwner(key).address).length;

describe('joining', () => {
  test('in any order and at any times ends in one ring in order of the identifiers', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), fc.nat(60), (seed, size, seconds) => {
        const slice = new ChordSlice(seed, { latency }, settings({ successors: 4 }));
        slice.grow(size, seconds * SECOND + 1);
        slice.network.run(5 * MINUTE);
        expect(slice.flaws()).toEqual([]);
        expect(slice.network.meter.count('joined')).toBe(size);
        forgetMeasured(slice);
        slice.network.run(MINUTE);
        expect(successRate(slice)).toBe(1);
        expect(wrongOwners(slice)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  test('is followed by fingers that are all right', () => {
    const slice = new ChordSlice('fingers', { latency }, settings());
    slice.grow(60, MINUTE);
    slice.network.run(10 * MINUTE);
    for (const [index, { address }] of slice.ring().entries()) {
      const { fingers } = stableState(slice.ring(), index, 1);
      const held = slice.nodes.get(address)!.routing.fingers.map(finger => finger?.address);
      // One that comes round to the node itself is not held.
      expect(held).toEqual(fingers.map(finger => (finger.address === address ? undefined : finger.address)));
    }
  });

  test('through listed members that are dead, or that have not joined, still succeeds', () => {
    const slice = new ChordSlice('dead contacts', { latency }, settings());
    slice.grow(10, 10 * SECOND);
    slice.network.run(2 * MINUTE);
    slice.add('waiting', ['nobody']);
    const late = slice.add('late', ['nobody', 'waiting', 'no one', 'late', 3]);
    slice.network.run(5 * MINUTE);
    expect(late.routing.joined).toBe(true);
    expect(slice.nodes.get('waiting')!.routing.joined).toBe(false);
    slice.crash('waiting');
    expect(slice.flaws()).toEqual([]);
  });

  test('a node that lists itself alone makes a ring of its own, and owns every key', () => {
    const slice = new ChordSlice('alone', { latency }, settings());
    slice.add('self', ['self', 'self']);
    slice.network.run(5 * MINUTE);
    expect(slice.network.delivered).toBe(0);
    expect(slice.network.meter.sample('lookup.success').length).toBeGreaterThan(10);
    expect(successRate(slice)).toBe(1);
    expect(slice.findings.every(({ owner, hops }) => owner.address === 'self' && hops === 0)).toBe(true);
  });
});

describe('crashes', () => {
  test('of a tenth of the nodes at once leave lookups that answer, and rightly once healed', () => {
    const slice = new ChordSlice('crash', { latency }, settings());
    slice.grow(100, MINUTE);
    slice.network.run(10 * MINUTE);
    expect(slice.flaws()).toEqual([]);
    for (let address = 5; address < 100; address += 10) slice.crash(address);
    forgetMeasured(slice);
    slice.network.run(3 * MINUTE);
    expect(successRate(slice)).toBeGreaterThanOrEqual(0.99);
    expect(slice.flaws()).toEqual([]);
    forgetMeasured(slice);
    slice.network.run(5 * MINUTE);
    expect(slice.findings.length).toBeGreaterThan(2000);
    expect(successRate(slice)).toBeGreaterThanOrEqual(0.99);
    expect(wrongOwners(slice)).toBe(0);
  });

  test('of any neighbours, fewer than the successor list is long, heal; and who restarts is taken back', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 3 }), fc.boolean(), (seed, dead, restart) => {
        const slice = new ChordSlice(seed, { latency, loss: 0.01 }, settings({ successors: 4 }));
        slice.grow(20, 20 * SECOND);
        slice.network.run(4 * MINUTE);
        const gone = slice.ring().slice(0, dead);
        for (const { address } of gone) slice.crash(address);
        if (restart) for (const { address } of gone) slice.add(address);
        slice.network.conditions = { latency };
        slice.network.run(5 * MINUTE);
        expect(slice.flaws()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('of every successor leave a node with the others that it knows, and need no joining anew', () => {
    const slice = new ChordSlice('all successors', { latency }, settings({ successors: 2 }));
    slice.grow(20, 20 * SECOND);
    slice.network.run(5 * MINUTE);
    for (const { address } of slice.ring().slice(4, 7)) slice.crash(address);
    slice.network.run(10 * MINUTE);
    expect(slice.network.meter.count('joined')).toBe(20);
    expect(slice.flaws()).toEqual([]);
  });

  test('of all but one leave a ring of one', () => {
    const slice = new ChordSlice('last', { latency }, settings());
    slice.grow(5, 5 * SECOND);
    slice.network.run(2 * MINUTE);
    for (let address = 1; address < 5; address++) slice.crash(address);
    slice.network.run(5 * MINUTE);
    expect(slice.nodes.get(0)!.routing.alone).toBe(true);
    forgetMeasured(slice);
    slice.network.run(2 * MINUTE);
    expect(successRate(slice)).toBe(1);
    expect(wrongOwners(slice)).toBe(0);
  });
});

test('a partition shorter than the successor list can bridge heals into one ring', () => {
  const slice = new ChordSlice('partition', { latency }, settings());
  slice.grow(30, 30 * SECOND);
  slice.network.run(5 * MINUTE);
  slice.network.passes = (from, to) => Number(from) < 10 === Number(to) < 10;
  slice.network.run(3 * SECOND);
  slice.network.passes = () => true;
  slice.network.run(5 * MINUTE);
  expect(slice.flaws()).toEqual([]);
});
