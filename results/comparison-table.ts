// Variants side by side for the terminal: a row a statistic, a column a variant.
import {
  compareStatistics,
  fullest,
  isAlike,
  leftOut,
  metricNames,
  type VariantsSummary,
} from './comparison.ts';
import { formatNumber, formatSeconds, printable, readableUnit, shortDigest } from './format.ts';
import type { StatisticName } from './statistics.ts';
import type { Summary } from './summary.ts';
import {
  expectationsBlock,
  fidelityBlock,
  GAP,
  joined,
  type NamedRow,
  namedTable,
  type Palette,
  paletteOf,
  plainTable,
  WIDTH,
} from './table.ts';

/** Columns that are kept for the names of metrics. */
const NAMES = 30;

/**
 * The runs of variants in at most 100 columns, as far as their names allow: what ran, the metrics in which they differ,
 * and which expectations they met.
 */
export function variantsTable(summary: VariantsSummary, options: { readonly colour?: boolean } = {}): string {
  const palette = paletteOf(options);
  const runs = Object.entries(summary.variants);
  const blocks = [headline(summary, palette), variantLines(runs, palette), ...metricBlocks(runs, palette)];
  if (summary.expectations.length > 0) blocks.push(expectationsBlock(summary.expectations, palette));
  for (const [name, { fidelity }] of runs)
    if (fidelity) blocks.push(`${palette.bold(name)}: ${fidelityBlock(fidelity, palette)}`);
  return `${blocks.join('\n\n')}\n`;
}

type Run = readonly [name: string, summary: Summary];

function headline({ scenario, mode, seed, digest, partial }: VariantsSummary, { bold, dim, bad }: Palette) {
  const facts = [mode, `seed ${seed}`, ...(digest === '' ? [] : [`digest ${shortDigest(digest)}`])];
  const lines = [bold(printable(scenario)), ...joined(facts.map(printable), ' · ', WIDTH).map(dim)];
  if (partial) lines.push(bad('partial: stopped before its end'));
  return lines.join('\n');
}

/** A line a variant: what ran. */
function variantLines(runs: readonly Run[], { dim }: Palette): string {
  const rows = runs.map(([name, { digest, virtualSeconds, wallSeconds, events, hosts, partial }]) => [
    name,
    ...(digest === '' ? [] : [dim(`digest ${shortDigest(digest)}`)]),
    dim(`${formatSeconds(virtualSeconds)} in ${formatSeconds(wallSeconds)}`),
    dim(`${formatNumber(events)} events`),
    dim(`${formatNumber(hosts)} hosts${partial ? ', partial' : ''}`),
  ]);
  return plainTable(rows, () => false, rows[0]!.length);
}

/** A metric's rows, in the unit in which people read its largest value. */
function readable(metric: string, summaries: readonly Summary[]): ReadableRow[] {
  const compared = compareStatistics(metric, shownOf(metric, summaries), summaries);
  const { unit, size } = readableUnit(
    fullest(metric, summaries).unit,
    compared.flatMap(({ statistic, values }) => (statistic === 'count' ? [] : values)),
  );
  return compared.map(row =>
    row.statistic === 'count'
      ? row
      : { ...row, unit, values: row.values.map(value => (value === null ? null : value / size)) },
  );
}

interface ReadableRow {
  readonly metric: string;
  readonly statistic: StatisticName;
  readonly unit: string;
  readonly values: readonly (number | null)[];
}

/** What a table shows of a metric: what an expectation takes by default, and of times how they spread. */
function shownOf(metric: string, summaries: readonly Summary[]): readonly StatisticName[] {
  const { mean, unit } = fullest(metric, summaries);
  if (mean === null) return ['count'];
  return unit === 'ms' ? ['mean', 'p50', 'p99'] : ['mean'];
}

function metricBlocks(runs: readonly Run[], palette: Palette): string[] {
  const summaries = runs.map(([, summary]) => summary);
  const metrics = metricNames(summaries);
  const apart = metrics.filter(metric => !isAlike(metric, summaries));
  const rows = apart.flatMap(metric => readable(metric, summaries));
  const cells = rows.map(({ values }) => values.map(formatNumber));
  const names = rows.map(({ metric }, index) =>
    rows[index - 1]?.metric === metric ? '' : printable(metric),
  );
  const tables = columnsThatFit(runs, cells).map(columns => {
    const head = ['of', ...columns.map(column => runs[column]![0]), 'unit'].map(palette.dim);
    const lines = rows.map(
      ({ statistic, unit }, index): NamedRow => ({
        name: names[index]!,
        cells: [statistic, ...columns.map(column => cells[index]![column]!), palette.dim(unit)],
      }),
    );
    return namedTable(head, lines, column => column > 0 && column < head.length - 1);
  });
  const rest = leftOut(metrics.length - apart.length);
  return [...(rows.length > 0 ? tables : []), ...(rest === '' ? [] : [palette.dim(rest)])];
}

/** The variants' columns, in as many tables as it takes. */
function columnsThatFit(runs: readonly Run[], cells: readonly (readonly string[])[]): number[][] {
  const room = WIDTH - NAMES - 2 * (GAP.length + 'count'.length);
  const tables: number[][] = [];
  let left = 0;
  for (const [column, [name]] of runs.entries()) {
    const width = GAP.length + Math.max(name.length, ...cells.map(row => row[column]!.length));
    if (width > left) {
      tables.push([]);
      left = room;
    }
    tables.at(-1)!.push(column);
    left -= width;
  }
  return tables;
}
