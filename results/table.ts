// The summary as a table for the terminal.
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Fidelity, FidelityCheck } from './fidelity.ts';
import {
  formatNumber,
  formatOutcome,
  formatSeconds,
  printable,
  readableUnit,
  runName,
  shortDigest,
} from './format.ts';
import { STATISTIC_NAMES, type StatisticName } from './statistics.ts';
import type { ExpectationResult, Summary } from './summary.ts';

/** Columns of a terminal that a table may take. */
export const WIDTH = 100;
/** Spaces between two columns. */
export const GAP = '  ';

const PLAIN_CHARS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

type Paint = (text: string) => string;

export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
}

const ansi =
  (on: number, off: number): Paint =>
  text =>
    `\x1b[${on}m${text}\x1b[${off}m`;

const COLOURED: Palette = { bold: ansi(1, 22), dim: ansi(2, 22), good: ansi(32, 39), bad: ansi(31, 39) };
const PLAIN: Palette = { bold: text => text, dim: text => text, good: text => text, bad: text => text };

export const paletteOf = ({ colour }: { readonly colour?: boolean }): Palette => (colour ? COLOURED : PLAIN);

/**
 * The summary in at most 100 columns: what ran, its metrics, and which expectations it met.
 * @param options colour: whether to use ANSI escapes; without them the text is plain
 */
export function summaryTable(summary: Summary, options: { readonly colour?: boolean } = {}): string {
  const palette = paletteOf(options);
  const blocks = [headline(summary, palette), metricsBlock(summary, palette)];
  if (summary.expectations.length > 0) blocks.push(expectationsBlock(summary.expectations, palette));
  if (summary.fidelity) blocks.push(fidelityBlock(summary.fidelity, palette));
  return `${blocks.join('\n\n')}\n`;
}

/** Rows of cells as aligned text without borders. @param right the columns that align right */
export function plainTable(
  rows: readonly (readonly Table.Cell[])[],
  right: (column: number) => boolean,
  columns: number,
): string {
  const table = new Table({
    chars: PLAIN_CHARS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: Array.from({ length: columns }, (_, column) => (right(column) ? 'right' : 'left')),
  });
  table.push(...rows.map(row => [...row]));
  return table
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n');
}

function headline(summary: Summary, { bold, dim, bad }: Palette): string {
  const facts = [
    summary.mode,
    `seed ${summary.seed}`,
    ...(summary.digest === '' ? [] : [`digest ${shortDigest(summary.digest)}`]),
    `${formatSeconds(summary.virtualSeconds)} in ${formatSeconds(summary.wallSeconds)}`,
    `${formatNumber(summary.events)} events`,
    `${formatNumber(summary.hosts)} hosts`,
  ];
  const lines = folded(printable(runName(summary)), WIDTH).map(bold);
  lines.push(...joined(facts.map(printable), ' · ', WIDTH).map(dim));
  if (summary.partial) lines.push(bad('partial: stopped before its end'));
  return lines.join('\n');
}

function metricsBlock(summary: Summary, { dim }: Palette): string {
  const metrics = Object.entries(summary.metrics).map(([name, metric]) => {
    const { unit, size } = readableUnit(metric.unit, [metric.max]);
    const shown = (statistic: StatisticName) => {
      const value = metric[statistic];
      return formatNumber(statistic === 'count' || value === null ? value : value / size);
    };
    return { name: printable(name), cells: [...STATISTIC_NAMES.map(shown), dim(unit)] };
  });
  if (metrics.length === 0) return dim('no metrics');
  const head = [...STATISTIC_NAMES, 'unit'].map(dim);
  return namedTable(head, metrics, column => column < head.length - 1);
}

/** A row of a table: what it is about, and the cells beside that. */
export interface NamedRow {
  readonly name: string;
  readonly cells: readonly string[];
}

/**
 * Rows with names before them, in at most 100 columns as far as the cells allow. Where a name has not room enough, it
 * stands in lines of its own above its cells.
 * @param right the columns of cells that align right
 */
export function namedTable(
  head: readonly string[],
  rows: readonly NamedRow[],
  right: (column: number) => boolean,
): string {
  const widths = head.map((_, i) =>
    Math.max(...[head, ...rows.map(({ cells }) => cells)].map(row => seen(row[i]))),
  );
  const room = WIDTH - widths.reduce((sum, width) => sum + GAP.length + width, 0);
  const fits = (name: string) => name.length <= room;
  const lined = rows.map(({ name, cells }) => [fits(name) ? name : '', ...cells]);
  const text = plainTable(
    [['', ...head], ...lined],
    column => column > 0 && right(column - 1),
    head.length + 1,
  );
  const [headLine, ...lines] = text.split('\n');
  const named = lines.flatMap((line, index) => {
    const { name } = rows[index];
    return fits(name) ? [line] : [...folded(name, WIDTH), line];
  });
  return [headLine, ...named].join('\n');
}

/** Which expectations were met, with what they met. */
export function expectationsBlock(expectations: readonly ExpectationResult[], palette: Palette): string {
  return expectations
    .flatMap(result => {
      const { text, passed } = result;
      const mark = passed ? palette.good('✓') : palette.bad('✗');
      const [first, ...rest] = joined(
        [printable(text), palette.dim(`(${formatOutcome(result)})`)],
        '  ',
        WIDTH - 2,
      );
      return [`${mark} ${first}`, ...rest.map(line => `  ${line}`)];
    })
    .join('\n');
}

export function fidelityBlock({ faithful, checks, advice }: Fidelity, { good, bad, dim }: Palette): string {
  const shown = ({ what, measured, limit, unit, ok }: FidelityCheck) => {
    const text = `${what} ${formatShare(measured, unit)} (at most ${formatShare(limit, unit)})`;
    return ok ? dim(text) : bad(text);
  };
  const verdict = faithful ? good('faithful') : bad('not faithful: these results are not to be believed');
  return [
    verdict,
    ...joined(checks.map(shown), ' · ', WIDTH),
    ...advice.flatMap(line => folded(line, WIDTH)),
  ].join('\n');
}

function formatShare(value: number, unit: FidelityCheck['unit']): string {
  return unit === 'ms'
    ? `${formatNumber(value)} ms`
    : `${formatNumber(Number((100 * value).toPrecision(3)))} %`;
}

/** Joins pieces into lines of at most `width` characters; a piece that is too long by itself is folded. */
export function joined(pieces: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces.flatMap(piece => folded(piece, width))) {
    const line = lines.at(-1);
    if (line !== undefined && seen(line + separator + piece) <= width)
      lines[lines.length - 1] += separator + piece;
    else lines.push(piece);
  }
  return lines;
}

function folded(text: string, width: number): string[] {
  if (seen(text) <= width) return [text];
  return [text.slice(0, width), ...folded(text.slice(width), width)];
}

/** Characters that a terminal shows. */
function seen(text: string): number {
  return stripVTControlCharacters(text).length;
}
