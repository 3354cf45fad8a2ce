// Units: what is written reads back as the same number, and the schema's patterns take what the readers take.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantities } from '../../scenarios/notation.ts';
import {
  LONGEST,
  Misread,
  readDuration,
  readFraction,
  readRate,
  readShift,
  readSize,
  writeDuration,
  writeFraction,
  writeRate,
  writeShift,
  writeSize,
} from '../../scenarios/units.ts';

describe('round trips', () => {
  test('every duration up to ten years', () => {
    const spans = fc.oneof(fc.integer({ min: 0, max: LONGEST }), fc.integer({ min: 0, max: 1e12 }));
    fc.assert(fc.property(spans, span => readDuration(writeDuration(span)) === span));
  });

  test('every shift, forward and back', () => {
    const shifts = fc.oneof(fc.integer({ min: -LONGEST, max: LONGEST }), fc.integer({ min: -1e9, max: 1e9 }));
    fc.assert(fc.property(shifts, shift => readShift(writeShift(shift)) === shift));
  });

  test('every rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        rate => readRate(writeRate(rate)) === rate,
      ),
    );
    expect(readRate(writeRate(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  });

  test('every size', () => {
    fc.assert(fc.property(fc.maxSafeNat(), size => readSize(writeSize(size)) === size));
  });

  test('every fraction', () => {
    const fractions = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 1000 }).map(n => n / 1000),
    );
    fc.assert(fc.property(fractions, fraction => readFraction(writeFraction(fraction)) === fraction));
  });

  test('a figure of so many units is that many of them', () => {
    const figure = fc.integer({ min: 1, max: 9000 });
    fc.assert(
      fc.property(figure, n => {
        expect(readDuration(`${n}ms`)).toBe(n * 1e6);
        expect(readRate(`${n}kbps`)).toBe(n * 1e3);
        expect(readSize(`${n}MiB`)).toBe(n * 2 ** 20);
        expect(readFraction(`${n / 100}%`)).toBe(n / 100 / 100);
      }),
    );
  });
});

test.each([
  [readDuration, '1.5h', 5400e9],
  [readDuration, '0s', 0],
  [readShift, '-1.5s', -1.5e9],
  [readShift, '+5s', 5e9],
  [readShift, '- 5 s', -5e9],
  [readShift, '-0s', 0],
  [readRate, '10Mbps', 10e6],
  [readRate, '1.5Gbps', 1.5e9],
  [readRate, '64 kbps', 64e3],
  [readSize, '15KB', 15000],
  [readSize, '5GB', 5e9],
  [readSize, '1KiB', 1024],
  [readFraction, '0.1%', 0.001],
  [readFraction, 0.001, 0.001],
  [readFraction, '100%', 1],
] as const)('%o reads %s as %d', (read, text, value) => {
  expect(read(text)).toBe(value);
});

test.each([
  [writeDuration, 90e9, '1.5m'],
  [writeDuration, 1_234_567, '1234.567us'],
  [writeRate, 128e3, '128kbps'],
  [writeSize, 15e3, '15KB'],
  [writeFraction, 0.07, '7%'],
] as const)('%o writes %d as %s', (write, value, text) => {
  expect(write(value)).toBe(text);
});

test.each([
  [readDuration, '10 min', '10m'],
  [readDuration, 600, '600s'],
  [readDuration, '-3s', undefined],
  [readShift, '-5', '-5s'],
  [readShift, 5, '5s'],
  [readShift, '--5s', undefined],
  [readShift, '-4000d', undefined],
  [readRate, '10mbit/s', '10Mbps'],
  [readRate, '0Mbps', undefined],
  [readSize, 64, '64B'],
  [readSize, '15kb', '15KB'],
  [readFraction, '150%', undefined],
  [readFraction, Number.NaN, undefined],
  [readDuration, `${'9'.repeat(400)}s`, undefined],
  [readSize, `${'9'.repeat(400)}B`, undefined],
] as const)('%o refuses %s and suggests %s', (read, text, hint) => {
  const reading = read(text);
  expect(reading).toBeInstanceOf(Misread);
  expect((reading as Misread).hint).toBe(hint);
});

test('the pattern that editors check takes whatever the reader takes', () => {
  const part = fc.constantFrom(
    '1',
    '0',
    '2.5',
    '.',
    ' ',
    '%',
    'ms',
    's',
    'm',
    'Mbps',
    'kbps',
    'KB',
    'KiB',
    'B',
    'e-3',
    '-',
    'unlimited',
    'x',
  );
  const texts = fc.array(part, { maxLength: 4 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(texts, text => {
      for (const { read, pattern } of Object.values(quantities)) {
        if (!(read(text) instanceof Misread)) expect(text).toMatch(new RegExp(pattern));
      }
    }),
    { numRuns: 2000 },
  );
});
