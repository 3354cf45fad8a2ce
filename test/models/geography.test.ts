// Distances on the Earth against published ones, and the regions of its countries.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { destination, distanceBetween, regionOf } from '../../models/topology/geography.ts';
import type { Coordinates } from '../../models/topology/site.ts';

const at = (latitude: number, longitude: number): Coordinates => ({ latitude, longitude });

const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

const AIRPORTS = {
  JFK: at(40.6398, -73.7789),
  EWR: at(40.6925, -74.1687),
  LAX: at(33.9425, -118.408),
  DFW: at(32.8968, -97.038),
  LHR: at(51.4775, -0.4614),
  DOH: at(25.2731, 51.6081),
  SIN: at(1.3502, 103.9944),
  PER: at(-31.9403, 115.967),
  SYD: at(-33.9461, 151.1772),
  AKL: at(-37.0081, 174.7917),
};

describe('great-circle distance', () => {
  // The airlines' great-circle distances are on the ellipsoid, from which the sphere is at most 0.56 % off.
  test.each([
    ['JFK', 'LAX', 3983],
    ['JFK', 'LHR', 5554],
    ['LAX', 'SYD', 12051],
    ['DFW', 'SYD', 13804],
    ['PER', 'LHR', 14499],
    ['AKL', 'DOH', 14535],
    ['EWR', 'SIN', 15344],
    ['LHR', 'SYD', 17016],
  ] as const)('%s to %s is %i km', (from, to, published) => {
    const distance = distanceBetween(AIRPORTS[from], AIRPORTS[to]);
    expect(Math.abs(distance / published - 1)).toBeLessThan(0.0056);
  });

  test('is that of the sphere with the mean radius, exactly', () => {
    // Nashville to Los Angeles on a sphere of 6372.8 km is 2887.2600 km, the example that haversine codes are checked by.
    const nashville = distanceBetween(at(36.12, -86.67), at(33.94, -118.4));
    expect(nashville / 6371.0088).toBeCloseTo(2887.26 / 6372.8, 7);
    expect(distanceBetween(at(0, 0), at(1, 0))).toBeCloseTo(111.1951, 4);
  });

  test('neither fails at antipodes, nor at the poles, nor over the date line, nor loses near points', () => {
    const half = Math.PI * 6371.0088;
    expect(distanceBetween(at(0, 0), at(0, 180))).toBeCloseTo(half, 6);
    expect(distanceBetween(at(90, 0), at(-90, 77))).toBeCloseTo(half, 6);
    expect(distanceBetween(at(90, 0), at(90, 120))).toBeCloseTo(0, 9);
    expect(distanceBetween(at(10, 179.5), at(10, -179.5))).toBeCloseTo(
      distanceBetween(at(10, 0), at(10, 1)),
      9,
    );
    expect(distanceBetween(at(0, 0), at(0, 1e-8))).toBeCloseTo(1.111951e-6, 11);
  });

  test('is a metric between any points', () => {
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        const [ab, bc, ac] = [distanceBetween(a, b), distanceBetween(b, c), distanceBetween(a, c)];
        expect(distanceBetween(a, a)).toBe(0);
        expect(distanceBetween(b, a)).toBe(ab);
        expect(ab).toBeLessThan(20_016);
        // Near antipodes the arc sine keeps half of the digits only: a few hundred metres.
        expect(ac).toBeLessThanOrEqual(ab + bc + 0.5);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

test('a destination lies at its distance, on the globe, in its direction', () => {
  const bearing = fc.double({ min: 0, max: 360, noNaN: true });
  const distance = fc.double({ min: 0, max: 15_000, noNaN: true });
  fc.assert(
    fc.property(place, bearing, distance, (from, direction, far) => {
      const to = destination(from, direction, far);
      expect(Math.abs(to.latitude)).toBeLessThanOrEqual(90);
      expect(Math.abs(to.longitude)).toBeLessThanOrEqual(180);
      expect(Math.abs(distanceBetween(from, to) - far)).toBeLessThan(0.01);
    }),
    { numRuns: 500, seed: 2 },
  );
  expect(destination(at(10, 20), 0, 111.1951).latitude).toBeCloseTo(11, 5);
  expect(destination(at(0, 179.5), 90, 111.1951).longitude).toBeCloseTo(-179.5, 5);
  expect(destination(at(0, -179.5), 270, 111.1951).longitude).toBeCloseTo(179.5, 5);
});

describe('regions', () => {
  test.each([
    ['US', 'north-america'],
    ['MX', 'north-america'],
    ['PR', 'north-america'],
    ['BR', 'south-america'],
    ['GB', 'europe'],
    ['RU', 'europe'],
    ['IS', 'europe'],
    ['TR', 'asia'],
    ['IL', 'asia'],
    ['CY', 'asia'],
    ['TW', 'asia'],
    ['HK', 'asia'],
    ['EG', 'africa'],
    ['RE', 'africa'],
    ['NZ', 'oceania'],
  ])('%s is in %s', (country, region) => {
    expect(regionOf(country)).toBe(region);
  });

  test('every code of ISO 3166-1 but that of Antarctica has one, and nothing else', () => {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const codes = letters.flatMap(first => letters.map(second => first + second));
    const known = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const found = codes.filter(code => regionOf(code));
    // ISO 3166-1 has 249 codes since South Sudan joined in 2011.
    expect(found.length).toBe(248);
    expect(found.filter(code => !known.of(code))).toEqual([]);
    for (const reserved of ['AQ', 'EU', 'UK', 'SU', 'AN', 'XK', 'ZZ', 'us', '', 'USA']) {
      expect(regionOf(reserved)).toBeUndefined();
    }
  });
});
