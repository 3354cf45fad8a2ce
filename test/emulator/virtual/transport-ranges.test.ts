// Ranges of sequence numbers against a plain set of numbers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ranges } from '../../../emulator/virtual/transport/tcp/ranges.ts';

test('ranges hold what a set would, whatever is added and trimmed in whatever order', () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(60), length: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ trim: fc.nat(72) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const ranges = new Ranges();
      const set = new Set<number>();
      for (const step of steps) {
        if ('trim' in step) {
          ranges.trim(step.trim);
          for (const number of set) if (number < step.trim) set.delete(number);
        } else {
          const numbers = Array.from({ length: step.length }, (_, index) => step.add + index);
          const fresh = numbers.some(number => !set.has(number));
          for (const number of numbers) set.add(number);
          expect(ranges.add(step.add, step.add + step.length)).toBe(fresh);
        }
        const { starts, ends } = ranges;
        const held = starts.flatMap((start, index) =>
          Array.from({ length: ends[index] - start }, (_, offset) => start + offset),
        );
        expect(held).toEqual([...set].sort((a, b) => a - b));
        // Disjoint, and not even touching.
        expect(starts.slice(1).every((start, index) => start > ends[index])).toBe(true);
        const firstBehind = Array.from({ length: 80 }, (_, number) => ends.findIndex(end => end > number));
        const indices = firstBehind.map((_, number) => ranges.indexAt(number));
        expect(indices).toEqual(firstBehind.map(index => (index < 0 ? ranges.count : index)));
      }
      expect(ranges.end).toBe(set.size === 0 ? -Infinity : Math.max(...set) + 1);
    }),
    { numRuns: 200 },
  );
});
