// What measured networks were like: the figures that a topology can be held against, with how far samples of them stray.
import type { TopologyStatistics } from './statistics.ts';

/** A figure of a topology's statistics by its name, shares and correlations as such (0.1 for 10 %), times in ms. */
export interface Figure {
  readonly name: string;
  readonly value: number;
}

export interface Expected extends Figure {
  /** Two standard deviations of the figure over random halves of the measured sites. */
  readonly tolerance: number;
}

type Row = readonly [name: string, value: number, tolerance: number];

const expected = (rows: readonly Row[]): Expected[] =>
  rows.map(([name, value, tolerance]) => ({ name, value, tolerance }));

// 490 nodes of PlanetLab, measured by Zhu et al., IEEE/ACM Trans. Networking 25(2), 2017.
const PLANETLAB: readonly Row[] = [
  ['round trip p5', 18.8, 2.6],
  ['round trip p25', 59, 9],
  ['round trip p50', 134, 14],
  ['round trip p75', 203, 20],
  ['round trip p95', 326, 19],
  ['round trip p99', 404, 35],
  ['triangles violated at all', 0.168, 0.026],
  ['triangles violated by 10 %', 0.053, 0.016],
  ['triangles violated by 50 %', 0.0054, 0.004],
];

// 246 servers in as many cities, WonderNetwork.
const CITIES: readonly Row[] = [
  ['round trip p5', 22, 4],
  ['round trip p25', 73, 14],
  ['round trip p50', 138, 17],
  ['round trip p75', 209, 22],
  ['round trip p95', 306, 18],
  ['round trip p99', 372, 22],
  ['triangles violated at all', 0.146, 0.02],
  ['triangles violated by 10 %', 0.044, 0.01],
  ['triangles violated by 50 %', 0.004, 0.0016],
];

const INFLATION: readonly Row[] = [
  ['inflation p5', 2.13, 0.06],
  ['inflation p25', 2.5, 0.06],
  ['inflation p50', 2.96, 0.12],
  ['inflation p75', 3.85, 0.2],
  ['inflation p95', 6.3, 0.5],
  ['inflation from 100 km', 6.0, 0.76],
  ['inflation from 500 km', 4.8, 0.32],
  ['inflation from 1000 km', 4.0, 0.24],
  ['inflation from 2000 km', 3.5, 0.2],
  ['inflation from 4000 km', 2.7, 0.19],
  ['inflation from 8000 km', 2.8, 0.13],
  ['inflation from 12000 km', 2.6, 0.1],
  ['rank correlation with distance', 0.888, 0.03],
];

/** Round trips and triangles of PlanetLab, which was measured without places; inflation and correlation of the cities. */
export const testbedFigures: readonly Expected[] = expected([...PLANETLAB, ...INFLATION]);

/** All of it of WonderNetwork's cities: co-location centres. */
export const cityFigures: readonly Expected[] = expected([...CITIES, ...INFLATION]);

/** The figures of a topology that can be held against others, under the names used above. */
export function figuresOf({ rtt, triangles, inflation, correlation }: TopologyStatistics): Figure[] {
  const { p1: _, ...roundTrips } = rtt;
  const named = (title: string, values: Readonly<Record<string, number>>): Figure[] =>
    Object.entries(values).map(([name, value]) => ({ name: `${title} ${name}`, value }));
  return [
    ...named('round trip', roundTrips),
    ...(triangles
      ? named('triangles violated', {
          'at all': triangles.any,
          'by 10 %': triangles.by10,
          'by 50 %': triangles.by50,
        })
      : []),
    ...named('inflation', inflation?.far ?? {}),
    ...(inflation?.classes ?? []).map(({ from, median }) => ({
      name: `inflation from ${from} km`,
      value: median,
    })),
    ...(correlation === undefined ? [] : [{ name: 'rank correlation with distance', value: correlation }]),
  ];
}
