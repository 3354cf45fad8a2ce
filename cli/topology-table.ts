// A topology's statistics in words and figures for the terminal.
import type { Compared } from '../models/topology/compare.ts';
import type { TopologyStatistics } from '../models/topology/statistics.ts';
import { formatNumber } from '../results/format.ts';
import { plainTable } from '../results/table.ts';

type Row = readonly string[];

/** The figures of `petri topology describe`, as aligned text. */
export function topologyTable(statistics: TopologyStatistics): string {
  const { sites, nodes, pairs, rtt, nearest } = statistics;
  const size = `${formatNumber(sites)} sites, ${formatNumber(nodes)} nodes, ${formatNumber(pairs)} pairs of sites`;
  return [
    statistics.pairs < (sites * (sites - 1)) / 2 ? `${size}, drawn at random` : size,
    quantiles('round trip, ms', rtt),
    quantiles('to the nearest other site, ms', nearest),
    ...triangles(statistics),
    ...inflation(statistics),
    ...correlation(statistics),
  ].join('\n\n');
}

function quantiles(title: string, values: Readonly<Record<string, number>>): string {
  return table([title, ...Object.keys(values)], [['', ...Object.values(values).map(formatNumber)]]);
}

function triangles({ triangles }: TopologyStatistics): string[] {
  if (!triangles) return [];
  const percent = (share: number) => `${formatNumber(100 * share)} %`;
  const { any, by10, by50, sampled } = triangles;
  const title = sampled ? 'triangles violated (sample)' : 'triangles violated';
  return [
    table([title, 'any', 'by > 10 %', 'by > 50 %'], [['', percent(any), percent(by10), percent(by50)]]),
  ];
}

function inflation({ inflation }: TopologyStatistics): string[] {
  if (!inflation) return [];
  const { far, classes } = inflation;
  const byDistance = classes.map(({ from, to, pairs, median }) => [
    `${formatNumber(from)} to ${formatNumber(to)} km`,
    formatNumber(median),
    formatNumber(pairs),
  ]);
  return [
    ...(far ? [quantiles('round trip over light, from 500 km on', far)] : []),
    table(['round trip over light', 'median', 'pairs'], byDistance),
  ];
}

function correlation({ correlation }: TopologyStatistics): string[] {
  if (correlation === undefined) return [];
  return [`rank correlation of distance and round trip: ${formatNumber(correlation)}`];
}

/** The figures of `petri topology describe --against`, one a row, and how many of them agree. */
export function comparisonTable(figures: readonly Compared[]): string {
  const rows = figures.map(figure => [
    figure.name,
    figure.found === undefined ? '' : formatNumber(figure.found),
    formatNumber(figure.value),
    formatNumber(figure.tolerance),
    verdict(figure),
  ]);
  const known = figures.filter(({ agrees }) => agrees !== undefined);
  const agreeing = known.filter(({ agrees }) => agrees);
  const head = ['times in ms, shares as such', 'found', 'expected', '+-', 'verdict'];
  return `${table(head, rows)}\n\n${agreeing.length} of ${known.length} figures agree`;
}

function verdict({ off, agrees }: Compared): string {
  if (off === undefined) return 'nothing to compare';
  return agrees ? 'ok' : `off by ${off > 0 ? '+' : ''}${formatNumber(off)} sd`;
}

function table(head: Row, rows: readonly Row[]): string {
  return plainTable([head, ...rows], column => column > 0, head.length);
}
