// The backbone that generated paths share: hub cities and the links between them.
import { distanceBetween } from './geography.ts';
import type { Coordinates } from './site.ts';

/** A hub and the hubs of earlier rows to which it has a link. */
type Row = readonly [city: string, country: string, latitude: number, longitude: number, links: string];

// After the research networks of 2003 to 2005 and the sea cables that they used: Abilene in the United States, CA*net,
// GEANT in Europe, RedCLARA, APAN, AARNet. Europe reaches the Far East over North America or over Suez, South America
// over Miami.
// biome-ignore format: a table reads better in rows
const HUBS: readonly Row[] = [
  ['Seattle', 'US', 47.61, -122.33, ''],
  ['Sunnyvale', 'US', 37.37, -122.04, 'Seattle'],
  ['Los Angeles', 'US', 34.05, -118.24, 'Sunnyvale'],
  ['Salt Lake City', 'US', 40.76, -111.89, 'Seattle, Sunnyvale'],
  ['Denver', 'US', 39.74, -104.99, 'Salt Lake City'],
  ['Kansas City', 'US', 39.10, -94.58, 'Denver'],
  ['Houston', 'US', 29.76, -95.37, 'Los Angeles, Kansas City'],
  ['Chicago', 'US', 41.88, -87.63, 'Kansas City'],
  ['Indianapolis', 'US', 39.77, -86.16, 'Chicago, Kansas City'],
  ['Atlanta', 'US', 33.75, -84.39, 'Houston, Indianapolis'],
  ['Washington', 'US', 38.91, -77.04, 'Atlanta'],
  ['New York', 'US', 40.71, -74.01, 'Washington, Chicago'],
  ['Boston', 'US', 42.36, -71.06, 'New York'],
  ['Pittsburgh', 'US', 40.44, -80.00, 'Washington, Chicago'],
  ['Miami', 'US', 25.76, -80.19, 'Atlanta'],
  ['Vancouver', 'CA', 49.28, -123.12, 'Seattle'],
  ['Calgary', 'CA', 51.05, -114.07, 'Vancouver'],
  ['Winnipeg', 'CA', 49.90, -97.14, 'Calgary'],
  ['Toronto', 'CA', 43.65, -79.38, 'Winnipeg, Chicago, New York'],
  ['Montreal', 'CA', 45.50, -73.57, 'Toronto, New York'],
  ['Mexico City', 'MX', 19.43, -99.13, 'Houston'],
  ['Caracas', 'VE', 10.49, -66.88, 'Miami'],
  ['Sao Paulo', 'BR', -23.55, -46.63, 'Miami'],
  ['Buenos Aires', 'AR', -34.60, -58.38, 'Sao Paulo'],
  ['Santiago', 'CL', -33.45, -70.67, 'Buenos Aires'],
  ['Lima', 'PE', -12.05, -77.04, 'Santiago, Miami'],
  ['London', 'GB', 51.51, -0.13, 'New York'],
  ['Dublin', 'IE', 53.35, -6.26, 'London'],
  ['Amsterdam', 'NL', 52.37, 4.90, 'London, New York'],
  ['Paris', 'FR', 48.86, 2.35, 'London, New York'],
  ['Frankfurt', 'DE', 50.11, 8.68, 'Amsterdam'],
  ['Geneva', 'CH', 46.20, 6.14, 'Paris, Frankfurt'],
  ['Madrid', 'ES', 40.42, -3.70, 'Paris, Geneva'],
  ['Lisbon', 'PT', 38.72, -9.14, 'Madrid, London'],
  ['Milan', 'IT', 45.46, 9.19, 'Geneva'],
  ['Rome', 'IT', 41.90, 12.50, 'Milan'],
  ['Copenhagen', 'DK', 55.68, 12.57, 'Frankfurt, Amsterdam'],
  ['Stockholm', 'SE', 59.33, 18.07, 'Copenhagen'],
  ['Helsinki', 'FI', 60.17, 24.94, 'Stockholm'],
  ['Moscow', 'RU', 55.76, 37.62, 'Helsinki'],
  ['Warsaw', 'PL', 52.23, 21.01, 'Frankfurt'],
  ['Prague', 'CZ', 50.08, 14.44, 'Frankfurt, Warsaw'],
  ['Vienna', 'AT', 48.21, 16.37, 'Prague, Milan'],
  ['Budapest', 'HU', 47.50, 19.04, 'Vienna'],
  ['Athens', 'GR', 37.98, 23.73, 'Milan, Vienna'],
  ['Istanbul', 'TR', 41.01, 28.98, 'Budapest, Athens'],
  ['Tel Aviv', 'IL', 32.09, 34.78, 'Milan, Athens'],
  ['Cairo', 'EG', 30.04, 31.24, 'Milan'],
  ['Dubai', 'AE', 25.20, 55.27, 'Cairo'],
  ['Mumbai', 'IN', 19.08, 72.88, 'Dubai'],
  ['Singapore', 'SG', 1.35, 103.82, 'Mumbai'],
  ['Bangkok', 'TH', 13.76, 100.50, 'Singapore'],
  ['Hong Kong', 'HK', 22.32, 114.17, 'Singapore'],
  ['Shanghai', 'CN', 31.23, 121.47, 'Hong Kong'],
  ['Beijing', 'CN', 39.90, 116.41, 'Shanghai'],
  ['Taipei', 'TW', 25.03, 121.57, 'Hong Kong, Los Angeles'],
  ['Seoul', 'KR', 37.57, 126.98, 'Beijing'],
  ['Tokyo', 'JP', 35.68, 139.69, 'Seoul, Taipei, Hong Kong, Singapore, Shanghai, Seattle, Los Angeles'],
  ['Honolulu', 'US', 21.31, -157.86, 'Los Angeles, Seattle'],
  ['Sydney', 'AU', -33.87, 151.21, 'Honolulu'],
  ['Melbourne', 'AU', -37.81, 144.96, 'Sydney'],
  ['Perth', 'AU', -31.95, 115.86, 'Melbourne, Singapore'],
  ['Auckland', 'NZ', -36.85, 174.76, 'Sydney, Honolulu'],
  ['Johannesburg', 'ZA', -26.20, 28.05, 'Lisbon'],
];

export interface Hub {
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly coordinates: Coordinates;
}

export const hubs: readonly Hub[] = HUBS.map(([city, country, latitude, longitude]) => ({
  city,
  country,
  coordinates: { latitude, longitude },
}));

const numberOf = new Map(hubs.map(({ city }, index) => [city, index]));
const numbers = (cities: string): number[] => cities.split(', ').map(city => numberOf.get(city)!);

/** Hubs in which the cables from other continents end, of North America and of Europe. */
const LANDINGS = [
  numbers('Seattle, Sunnyvale, Los Angeles, Miami, New York'),
  numbers('London, Amsterdam, Paris, Frankfurt, Lisbon, Milan'),
];

/** Hubs on the other continents. */
const OVERSEAS = numbers(
  `Caracas, Sao Paulo, Buenos Aires, Santiago, Lima, Tel Aviv, Cairo, Dubai, Mumbai, Singapore, Bangkok, Hong Kong, Shanghai, Beijing, Taipei, Seoul, Tokyo, Honolulu, Sydney, Melbourne, Perth, Auckland, Johannesburg`,
);

/**
 * Links that research networks did without. Their traffic between Europe and the Far East crossed North America: on
 * PlanetLab, Europe to Japan took some 297 ms (by the clusters of round trips in Zhu et al., 2017), between data centres it
 * takes 257 (WonderNetwork). Brazil was reached over the Pacific side of RedCLARA's ring: 192 ms from the eastern United
 * States in place of 131. Few cables of theirs crossed the Atlantic: 153 ms in the median on PlanetLab, 127 between cities.
 * Abilene had no link from Pittsburgh to Chicago, and Singapore's network none to Tokyo.
 */
const COMMERCIAL_ONLY = [
  'Mumbai, Dubai',
  'Sao Paulo, Miami',
  'New York, London',
  'New York, Paris',
  'Pittsburgh, Chicago',
  'Tokyo, Singapore',
].map(numbers);

/** Over so many km the excess of a link's length over the great circle falls by the factor e. */
const STRAIGHTENING = 4300;
/** Length of a link by the great circle, of the shortest and of an endless one. */
const SHORT_STRETCH = 1.92;
const LONG_STRETCH = 1.013;

/** Ways over the backbone. Both arrays go row by row: from each hub, to each. */
export interface Backbone {
  /** Of the cables on the way, in km. */
  readonly lengths: Float64Array;
  /** The hub that comes next on the way; a hub's own number on the way to itself. */
  readonly next: Uint8Array;
}

/** Whose links: a research network's, or all. */
export type Carrier = 'research' | 'commercial';

/**
 * Length of the cable between two hubs so many km apart, in km: between near ones it follows roads, railways and coasts
 * and passes places on the way; over an ocean it is nearly straight.
 */
export function cableLength(distance: number): number {
  const excess = (SHORT_STRETCH - LONG_STRETCH) * Math.exp(-distance / STRAIGHTENING);
  return distance * (LONG_STRETCH + excess);
}

function isCommercial(from: number, to: number): boolean {
  return COMMERCIAL_ONLY.some(ends => ends.includes(from) && ends.includes(to));
}

/** The shortest ways, by Floyd's algorithm (Comm. ACM 5(6), 1962). */
export function shortestWays(carrier: Carrier = 'commercial'): Backbone {
  const size = hubs.length;
  const lengths = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  const next = Uint8Array.from(lengths, (_, cell) => cell % size);
  HUBS.forEach(([, , , , links], from) => {
    lengths[from * size + from] = 0;
    for (const to of links === '' ? [] : numbers(links)) {
      if (carrier === 'research' && isCommercial(from, to)) continue;
      const length = cableLength(distanceBetween(hubs[from].coordinates, hubs[to].coordinates));
      lengths[from * size + to] = length;
      lengths[to * size + from] = length;
    }
  });
  for (let over = 0; over < size; over++) {
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) {
        const detour = lengths[from * size + over] + lengths[over * size + to];
        if (detour >= lengths[from * size + to]) continue;
        lengths[from * size + to] = detour;
        next[from * size + to] = next[from * size + over];
      }
    }
  }
  return { lengths, next };
}

/**
 * For each pair of hubs, row by row, a hub over which the way between them goes: for two overseas a landing, for any other
 * pair the hub it comes from.
 */
export interface MeetingPoints {
  /** The landing in North America or Europe over which the way is shortest. */
  readonly near: Uint8Array;
  /** The one over which it is shortest on the other of these two continents. */
  readonly far: Uint8Array;
}

/** Where networks on other continents meet that do not meet nearer. */
export function meetingPoints({ lengths }: Backbone): MeetingPoints {
  const size = hubs.length;
  const near = Uint8Array.from(lengths, (_, cell) => Math.floor(cell / size));
  const far = near.slice();
  for (const from of OVERSEAS) {
    for (const to of OVERSEAS.filter(other => other < from)) {
      const over = (landing: number): number => lengths[from * size + landing] + lengths[landing * size + to];
      const shorter = (best: number, landing: number): number =>
        over(landing) < over(best) ? landing : best;
      const points = LANDINGS.map(landings => landings.reduce(shorter));
      if (over(points[1]) < over(points[0])) points.reverse();
      near[from * size + to] = near[to * size + from] = points[0];
      far[from * size + to] = far[to * size + from] = points[1];
    }
  }
  return { near, far };
}
