// Claims of student-t.ts: the published tables, and the closed forms for one and two degrees of freedom.
import { describe, expect, test } from 'vitest';
import { studentT } from '../../results/student-t.ts';

// Two-sided critical values: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2 (columns 0.975 and 0.995).
const TABLE: readonly (readonly [degrees: number, t95: number, t99: number])[] = [
  [1, 12.706, 63.657],
  [2, 4.303, 9.925],
  [3, 3.182, 5.841],
  [4, 2.776, 4.604],
  [5, 2.571, 4.032],
  [6, 2.447, 3.707],
  [7, 2.365, 3.499],
  [8, 2.306, 3.355],
  [9, 2.262, 3.25],
  [10, 2.228, 3.169],
  [15, 2.131, 2.947],
  [20, 2.086, 2.845],
  [29, 2.045, 2.756],
  [30, 2.042, 2.75],
  [60, 2.0, 2.66],
  [100, 1.984, 2.626],
];

describe("Student's t", () => {
  test.each(TABLE)('with %i degrees of freedom has the quantiles of the tables', (degrees, t95, t99) => {
    expect(Math.abs(studentT(0.95, degrees) - t95)).toBeLessThanOrEqual(0.000501);
    expect(Math.abs(studentT(0.99, degrees) - t99)).toBeLessThanOrEqual(0.000501);
  });

  test.each([0.1, 0.5, 0.9, 0.95, 0.99, 0.999])(
    'at %f has the closed forms of one and two degrees',
    confidence => {
      expect(studentT(confidence, 1) / Math.tan((Math.PI / 2) * confidence)).toBeCloseTo(1, 10);
      expect(studentT(confidence, 2) / (confidence * Math.sqrt(2 / (1 - confidence ** 2)))).toBeCloseTo(
        1,
        10,
      );
    },
  );

  test('approaches the normal distribution from above', () => {
    expect(studentT(0.95, 100_000)).toBeCloseTo(1.959964, 4);
    for (let degrees = 1; degrees < 200; degrees++) {
      expect(studentT(0.95, degrees)).toBeGreaterThan(studentT(0.95, degrees + 1));
    }
  });

  test.each([
    [0, 5],
    [1, 5],
    [Number.NaN, 5],
    [0.95, 0],
    [0.95, 2.5],
    [0.95, Infinity],
  ])('has none at confidence %f with %f degrees', (confidence, degrees) => {
    expect(() => studentT(confidence, degrees)).toThrow(RangeError);
  });
});
