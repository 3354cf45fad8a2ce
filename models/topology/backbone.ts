// The backbone that generated paths share: hub cities and the links between them.
import { distanceBetween } from './geography.ts';
import type { Coordinates } from './site.ts';

/** A hub and the hubs of earlier rows to which it has a link. */
type Row = readonly [city: string, latitude: number, longitude: number, links: string];

// After the research networks of 2003 to 2005 and the sea cables that they used: Abilene in the United States, CA*net,
// GEANT in Europe, RedCLARA, APAN, AARNet. Europe reaches the Far East over North America or over Suez, South America
// over Miami.
// biome-ignore format: a table reads better in rows
const HUBS: readonly Row[] = [
  ['Seattle', 47.61, -122.33, ''],
  ['Sunnyvale', 37.37, -122.04, 'Seattle'],
  ['Los Angeles', 34.05, -118.24, 'Sunnyvale'],
  ['Salt Lake City', 40.76, -111.89, 'Seattle, Sunnyvale'],
  ['Denver', 39.74, -104.99, 'Salt Lake City'],
  ['Kansas City', 39.10, -94.58, 'Denver'],
  ['Houston', 29.76, -95.37, 'Los Angeles, Kansas City'],
  ['Chicago', 41.88, -87.63, 'Kansas City'],
  ['Indianapolis', 39.77, -86.16, 'Chicago, Kansas City'],
  ['Atlanta', 33.75, -84.39, 'Houston, Indianapolis'],
  ['Washington', 38.91, -77.04, 'Atlanta'],
  ['New York', 40.71, -74.01, 'Washington, Chicago'],
  ['Boston', 42.36, -71.06, 'New York'],
  ['Pittsburgh', 40.44, -80.00, 'Washington, Chicago'],
  ['Miami', 25.76, -80.19, 'Atlanta'],
  ['Vancouver', 49.28, -123.12, 'Seattle'],
  ['Calgary', 51.05, -114.07, 'Vancouver'],
  ['Winnipeg', 49.90, -97.14, 'Calgary'],
  ['Toronto', 43.65, -79.38, 'Winnipeg, Chicago, New York'],
  ['Montreal', 45.50, -73.57, 'Toronto, New York'],
  ['Mexico City', 19.43, -99.13, 'Houston'],
  ['Caracas', 10.49, -66.88, 'Miami'],
  ['Sao Paulo', -23.55, -46.63, 'Miami'],
  ['Buenos Aires', -34.60, -58.38, 'Sao Paulo'],
  ['Santiago', -33.45, -70.67, 'Buenos Aires'],
  ['Lima', -12.05, -77.04, 'Santiago, Miami'],
  ['London', 51.51, -0.13, 'New York'],
  ['Dublin', 53.35, -6.26, 'London'],
  ['Amsterdam', 52.37, 4.90, 'London, New York'],
  ['Paris', 48.86, 2.35, 'London, New York'],
  ['Frankfurt', 50.11, 8.68, 'Amsterdam'],
  ['Geneva', 46.20, 6.14, 'Paris, Frankfurt'],
  ['Madrid', 40.42, -3.70, 'Paris, Geneva'],
  ['Lisbon', 38.72, -9.14, 'Madrid, London'],
  ['Milan', 45.46, 9.19, 'Geneva'],
  ['Rome', 41.90, 12.50, 'Milan'],
  ['Copenhagen', 55.68, 12.57, 'Frankfurt, Amsterdam'],
  ['Stockholm', 59.33, 18.07, 'Copenhagen'],
  ['Helsinki', 60.17, 24.94, 'Stockholm'],
  ['Moscow', 55.76, 37.62, 'Helsinki'],
  ['Warsaw', 52.23, 21.01, 'Frankfurt'],
  ['Prague', 50.08, 14.44, 'Frankfurt, Warsaw'],
  ['Vienna', 48.21, 16.37, 'Prague, Milan'],
  ['Budapest', 47.50, 19.04, 'Vienna'],
  ['Athens', 37.98, 23.73, 'Milan, Vienna'],
  ['Istanbul', 41.01, 28.98, 'Budapest, Athens'],
  ['Tel Aviv', 32.09, 34.78, 'Milan, Athens'],
  ['Cairo', 30.04, 31.24, 'Milan'],
  ['Dubai', 25.20, 55.27, 'Cairo'],
  ['Mumbai', 19.08, 72.88, 'Dubai'],
  ['Singapore', 1.35, 103.82, 'Mumbai'],
  ['Bangkok', 13.76, 100.50, 'Singapore'],
  ['Hong Kong', 22.32, 114.17, 'Singapore'],
  ['Shanghai', 31.23, 121.47, 'Hong Kong'],
  ['Beijing', 39.90, 116.41, 'Shanghai'],
  ['Taipei', 25.03, 121.57, 'Hong Kong, Los Angeles'],
  ['Seoul', 37.57, 126.98, 'Beijing'],
  ['Tokyo', 35.68, 139.69, 'Seoul, Taipei, Hong Kong, Singapore, Shanghai, Seattle, Los Angeles'],
  ['Honolulu', 21.31, -157.86, 'Los Angeles, Seattle'],
  ['Sydney', -33.87, 151.21, 'Honolulu'],
  ['Melbourne', -37.81, 144.96, 'Sydney'],
  ['Perth', -31.95, 115.86, 'Melbourne, Singapore'],
  ['Auckland', -36.85, 174.76, 'Sydney, Honolulu'],
  ['Johannesburg', -26.20, 28.05, 'Lisbon'],
];

export interface Hub {
  readonly city: string;
  readonly coordinates: Coordinates;
}

export const hubs: readonly Hub[] = HUBS.map(([city, latitude, longitude]) => ({
  city,
  coordinates: { latitude, longitude },
}));

/**
 * Length in km of the shortest way over the links from each hub to each, row by row, a link being as long as the great
 * circle. By Floyd's algorithm (Comm. ACM 5(6), 1962).
 */
export function backboneLengths(): Float64Array {
  const size = hubs.length;
  const lengths = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  const indexOf = new Map(hubs.map(({ city }, index) => [city, index]));
  HUBS.forEach(([, , , links], from) => {
    lengths[from * size + from] = 0;
    for (const city of links.split(', ').filter(Boolean)) {
      const to = indexOf.get(city)!;
      const length = distanceBetween(hubs[from].coordinates, hubs[to].coordinates);
      lengths[from * size + to] = length;
      lengths[to * size + from] = length;
    }
  });
  for (let over = 0; over < size; over++) {
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) {
        const detour = lengths[from * size + over] + lengths[over * size + to];
        if (detour < lengths[from * size + to]) lengths[from * size + to] = detour;
      }
    }
  }
  return lengths;
}
