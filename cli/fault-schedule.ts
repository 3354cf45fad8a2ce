// The schedule of a run's faults: in words, and as the file faults.csv of its directory.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { FaultEvent } from '../models/faults/event.ts';
import { formatNumber } from '../results/format.ts';
import type { Parts } from '../results/publish.ts';

/** What is left of names that would not fit a cell. */
const MOST_NAMES = 20;

/** How many events there are of each kind: `26 crash, 26 restart`. */
export function faultsInWords(events: readonly FaultEvent[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${formatNumber(count)} ${kind}`).join(', ');
}

/** The file, where there are faults. @param names of the nodes */
export function scheduleFile(events: readonly FaultEvent[], names: readonly string[]): Parts {
  if (events.length === 0) return {};
  const columns = ['time_s', 'event', 'nodes', 'rate', 'delay_ms', 'by_s'];
  return {
    'faults.csv': path =>
      pipeline(
        Readable.from(rows(events, names)),
        stringify({ header: true, columns }),
        createWriteStream(path, { flags: 'wx' }),
      ),
  };
}

function* rows(events: readonly FaultEvent[], names: readonly string[]): Iterable<(string | number)[]> {
  for (const event of events) {
    const figures = { rate: '', delay: '', by: '', ...figuresOf(event) };
    yield [event.at / 1e9, event.kind, nodesOf(event, names), figures.rate, figures.delay, figures.by];
  }
}

function nodesOf(event: FaultEvent, names: readonly string[]): string {
  const named = (nodes: readonly number[]) =>
    nodes.length <= MOST_NAMES
      ? nodes.map(node => names[node]).join(' ')
      : `${nodes
          .slice(0, MOST_NAMES)
          .map(node => names[node])
          .join(' ')} and ${nodes.length - MOST_NAMES} more`;
  if ('node' in event) return names[event.node];
  if ('pause' in event) return named(event.pause.nodes);
  if ('link' in event) return named(event.link.nodes);
  if ('limp' in event) return named(event.limp.nodes);
  const { from, to } = event.grouping;
  const groupsOf = (grouping: Int16Array) =>
    [...new Set(grouping)]
      .filter(group => group >= 0)
      .map(group => named([...grouping.keys()].filter(node => grouping[node] === group)));
  return from === to ? groupsOf(from).join(' | ') : [...groupsOf(from), ...groupsOf(to)].join(' > ');
}

function figuresOf(event: FaultEvent): { rate?: number | ''; delay?: number; by?: number } {
  if (event.kind === 'slow') return { rate: event.link.rate ?? '', delay: event.link.delay / 1e6 };
  if (event.kind === 'lossy') return { rate: event.link.rate };
  return event.kind === 'jump' ? { by: event.by / 1e9 } : {};
}
