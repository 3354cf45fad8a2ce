// What no schema can say: the keys of a scenario must agree with each other. Every check holds of a document whose other
// parts may be wrong, so that all problems are told at once.

import { MOST_HOSTS } from '../models/build-testbed.ts';
import { PLACEHOLDERS, wordsInBraces } from '../models/slice/placeholders.ts';
import { at, has, keysAt, read, wrong } from './document.ts';
import { measuresOf, readExpectation, TESTBED_METRICS } from './expectation.ts';
import { checkFault } from './fault-checks.ts';
import type { Finding } from './finding.ts';
import { checkMachines } from './machines-checks.ts';
import { checkManagement } from './management-checks.ts';
import { nearest } from './nearest.ts';
import { checkNetwork } from './network-checks.ts';
import { checkPlace } from './place-checks.ts';
import { checkRequests } from './requests-checks.ts';
import type { Path } from './source.ts';
import { Misread, writeDuration } from './units.ts';

/** The most points that a time series may have. */
export const MOST_SAMPLES = 100_000;

const DURATION: Path = ['duration'];

function* checkTimes(document: unknown): Generator<Finding> {
  const duration = read('duration', document, DURATION);
  if (duration === undefined) return;
  const whole = writeDuration(duration);
  const warmup = read('duration', document, ['warmup']);
  if (warmup !== undefined && warmup >= duration && warmup > 0) {
    yield wrong(document, ['warmup'], `less than the duration, ${whole}`, { with: DURATION });
  }
  const sample = read('duration', document, ['sample']);
  const least = Math.ceil(duration / MOST_SAMPLES);
  if (sample !== undefined && sample > 0 && (sample < least || sample > duration)) {
    const expected = `${writeDuration(least)} to ${whole}: at most ${MOST_SAMPLES} points in a duration of ${whole}`;
    yield wrong(document, ['sample'], expected, { with: DURATION });
  }
}

function* checkTopology(document: unknown): Generator<Finding> {
  const [made, each] = ['sites', 'nodesPerSite'].map(key => at(document, ['topology', 'generate', key]));
  if (typeof made === 'number' && typeof each === 'number' && made * each > MOST_HOSTS) {
    const expected = `at most ${Math.floor(MOST_HOSTS / made)} at each of ${made} sites: ${MOST_HOSTS} nodes in all`;
    yield wrong(document, ['topology', 'generate', 'nodesPerSite'], expected, {
      with: ['topology', 'generate', 'sites'],
    });
  }
  const sites = at(document, ['topology', 'planetlab', 'sites']);
  const path = ['topology', 'planetlab', 'nodes'];
  const nodes = at(document, path);
  if (typeof sites === 'number' && typeof nodes === 'number' && nodes < sites) {
    yield wrong(document, path, `at least one node at each of ${sites} sites`, {
      with: ['topology', 'planetlab', 'sites'],
    });
  }
}

/** A chain of two states must leave the good one with probability rate / (burst (1 - rate)), which is at most 1. */
function* checkLoss(document: unknown): Generator<Finding> {
  const path = ['network', 'loss', 'burst'];
  const burst = at(document, path);
  const rate = read('fraction', document, ['network', 'loss', 'rate']);
  if (typeof burst !== 'number' || burst <= 1 || rate === undefined || rate >= 1) return;
  if (rate > burst * (1 - rate)) {
    const least = (rate / (1 - rate)).toFixed(2);
    yield wrong(document, path, `at least ${least}, or 1 for independent losses, at this rate of loss`);
  }
}

function* checkPlaceholders(document: unknown, run: Path): Generator<Finding> {
  const slices = keysAt(document, ['slices']);
  const texts = ['command', 'args', 'env'].flatMap(key =>
    keysAt(document, [...run, key]).map(entry => [...run, key, entry]),
  );
  for (const path of texts) {
    const text = at(document, path);
    if (typeof text !== 'string') continue;
    for (const { word, slice } of wordsInBraces(text)) {
      const known = (PLACEHOLDERS as readonly string[]).includes(word);
      const meant = known ? undefined : nearest(word, PLACEHOLDERS);
      if (meant !== undefined) {
        const expected = `one of ${PLACEHOLDERS.map(name => `{${name}}`).join(', ')}`;
        yield { ...wrong(document, path, expected, { hint: `{${meant}}` }), found: `{${word}}` };
      } else if (known && slice !== undefined && !slices.includes(slice)) {
        const hint = nearest(slice, slices);
        yield { ...wrong(document, path, `a slice: ${slices.join(', ')}`, { hint }), found: slice };
      }
    }
  }
}

function* checkRun(document: unknown, slice: Path): Generator<Finding> {
  const path = [...slice, 'run', 'after'];
  const slices = keysAt(document, ['slices']);
  const after = at(document, path);
  for (const [index, other] of (Array.isArray(after) ? after : []).entries()) {
    const entry = [...path, String(index)];
    if (other === slice[1]) yield wrong(document, entry, 'another slice than this one');
    else if (typeof other === 'string' && !slices.includes(other)) {
      yield wrong(document, entry, `a slice: ${slices.join(', ')}`, { hint: nearest(other, slices) });
    }
  }
  const circle = circleFrom(document, slice[1]!);
  if (circle) yield wrong(document, path, `an order without circles, not ${circle.join(' after ')}`);
}

/** Contacts must understand what they are told. */
function* checkContacts(document: unknown, slice: Path): Generator<Finding> {
  const path = [...slice, 'run', 'contacts'];
  const contacts = at(document, path);
  if (typeof contacts !== 'string') return;
  const protocolOf = (name: string) => {
    const run = ['slices', name, 'run'];
    return has(document, [...run, 'transfers']) ? 'transfers' : at(document, [...run, 'protocol']);
  };
  const slices = keysAt(document, ['slices']);
  const own = protocolOf(slice[1]!);
  if (!slices.includes(contacts)) {
    yield wrong(document, path, `a slice: ${slices.join(', ')}`, { hint: nearest(contacts, slices) });
  } else if (protocolOf(contacts) !== own) {
    yield wrong(document, path, `a slice that runs ${own}, too`, { with: ['slices', contacts, 'run'] });
  }
}

/** The way back to a slice along `after`, if there is one. Reported at the first slice of a circle alone. */
function circleFrom(document: unknown, slice: string): string[] | undefined {
  const afterOf = (name: string): unknown[] => {
    const after = at(document, ['slices', name, 'run', 'after']);
    return Array.isArray(after) ? after : [];
  };
  const seen = new Set<string>();
  const search = (trail: string[]): string[] | undefined => {
    for (const next of afterOf(trail.at(-1)!)) {
      if (next === slice && trail.length > 1) return [...trail, slice];
      if (typeof next !== 'string' || next === slice || seen.has(next)) continue;
      seen.add(next);
      const found = search([...trail, next]);
      if (found) return found;
    }
    return undefined;
  };
  const circle = search([slice]);
  const first = keysAt(document, ['slices']).find(name => circle?.includes(name));
  return first === slice ? circle : undefined;
}

function* checkSlices(document: unknown): Generator<Finding> {
  const duration = read('duration', document, DURATION);
  for (const name of keysAt(document, ['slices'])) {
    const slice = ['slices', name];
    if ((TESTBED_METRICS as readonly string[]).includes(name)) {
      const expected = `another name: metrics of the testbed begin with ${TESTBED_METRICS.join(', ')}`;
      yield { path: slice, of: 'key', found: `the slice ${name}`, expected };
    }
    yield* checkPlace(document, slice);
    yield* checkRun(document, slice);
    yield* checkContacts(document, slice);
    yield* checkPlaceholders(document, [...slice, 'run']);
    const path = [...slice, 'start', 'over'];
    const over = read('duration', document, path);
    if (over !== undefined && duration !== undefined && over > duration) {
      yield wrong(document, path, `at most the duration, ${writeDuration(duration)}`, { with: DURATION });
    }
  }
}

function* checkFaults(document: unknown): Generator<Finding> {
  const duration = read('duration', document, DURATION);
  for (const index of keysAt(document, ['faults'])) yield* checkFault(document, ['faults', index], duration);
}

/** Among which variants a document stands. */
export interface Among {
  /** Its own name; undefined: the scenario has no variants. */
  readonly variant: string | undefined;
  readonly variants: readonly string[];
}

function* checkExpectations(document: unknown, { variant, variants }: Among): Generator<Finding> {
  const known = [...keysAt(document, ['slices']), ...TESTBED_METRICS];
  for (const index of keysAt(document, ['expect'])) {
    const path = ['expect', index];
    const line = readExpectation(at(document, path));
    if (line instanceof Misread) continue;
    for (const measure of measuresOf(line)) {
      const word = measure.metric.slice(0, measure.metric.indexOf('.'));
      if (measure.variant !== undefined && !variants.includes(measure.variant)) {
        const expected =
          variants.length === 0
            ? 'no variant before a metric: the scenario has no variants'
            : `a variant before the /: ${variants.join(', ')}`;
        const near = nearest(measure.variant, variants);
        const hint = near === undefined ? undefined : line.text.replace(`${measure.variant}/`, `${near}/`);
        yield wrong(document, path, expected, { hint });
      } else if ((measure.variant ?? variant) === variant && !known.includes(word)) {
        const expected = `a metric that begins with a slice, or one of the testbed's: ${known.join(', ')}`;
        const near = nearest(word, known);
        const hint = near === undefined ? undefined : line.text.replace(`${word}.`, `${near}.`);
        yield wrong(document, path, expected, { hint });
      }
    }
  }
}

/** Everything in which the parts of the document contradict each other. */
export function crossCheck(document: unknown, among: Among): Finding[] {
  const checks = [
    checkTimes,
    checkTopology,
    checkLoss,
    checkNetwork,
    checkMachines,
    checkRequests,
    checkSlices,
    checkFaults,
    checkManagement,
  ];
  return [...checks.flatMap(check => [...check(document)]), ...checkExpectations(document, among)];
}
