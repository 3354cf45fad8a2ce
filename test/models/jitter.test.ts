// Jitter: exponential, whole nanoseconds, each node's its own.
import { describe, expect, test } from 'vitest';
import { ExponentialJitter, noJitter } from '../../models/network/jitter.ts';
import { stream } from '../../sim/random.ts';
import { MILLISECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const MEAN = 2 * MILLISECOND;

function jitter(): ExponentialJitter {
  const streams = Array.from({ length: 20 }, (_, node) => stream('jitter', node));
  return new ExponentialJitter(MEAN, node => streams[node]);
}

const samples = (node: number, count: number): number[] => {
  const source = jitter();
  return Array.from({ length: count }, () => source.sample(node));
};

describe('exponential jitter', () => {
  test('is in whole nanoseconds and never negative', () => {
    expect(samples(0, 10_000).every(value => Number.isInteger(value) && value >= 0)).toBe(true);
  });

  test.each([0.1, 0.5, 1, 2, 4])('is longer than %d times its mean as often as exp(-that)', times => {
    const shares = Array.from({ length: 20 }, (_, node) => {
      const own = samples(node, 10_000);
      return own.filter(value => value > times * MEAN).length / own.length;
    });
    const { low, high } = interval99(shares);
    expect(low).toBeLessThan(Math.exp(-times));
    expect(high).toBeGreaterThan(Math.exp(-times));
  });

  test('of one node is the same whatever others send', () => {
    const source = jitter();
    const beside = Array.from({ length: 1000 }, (_, index) => {
      for (let more = 0; more < index % 4; more++) source.sample(1);
      return source.sample(0);
    });
    expect(beside).toEqual(samples(0, 1000));
  });
});

test('no jitter is none', () => {
  expect(noJitter.sample(3)).toBe(0);
});
