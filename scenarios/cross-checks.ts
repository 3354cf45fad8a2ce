// What no schema can say: the keys of a scenario must agree with each other. Every check holds of a document whose other
// parts may be wrong, so that all problems are told at once.
import { PLACEHOLDERS, wordsInBraces } from '../models/slice/placeholders.ts';
import { MOST_HOSTS } from '../models/testbed.ts';
import { readExpectation, TESTBED_METRICS } from './expectation.ts';
import type { Finding } from './finding.ts';
import { nearest } from './nearest.ts';
import { type QuantityKind, quantities } from './notation.ts';
import { describe } from './problem.ts';
import type { Path } from './source.ts';
import { Misread, writeDuration } from './units.ts';

/** The most points that a time series may have. */
export const MOST_SAMPLES = 100_000;

function at(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function read(kind: QuantityKind, document: unknown, path: Path): number | undefined {
  const figure = quantities[kind].read(at(document, path));
  return typeof figure === 'number' ? figure : undefined;
}

const has = (document: unknown, path: Path) => at(document, path) !== undefined;

const keysAt = (document: unknown, path: Path): string[] => {
  const value = at(document, path);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

const wrong = (document: unknown, path: Path, expected: string, also: Partial<Finding> = {}): Finding => ({
  path,
  of: 'value',
  found: describe(at(document, path)),
  expected,
  ...also,
});

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

function* checkPlace(document: unknown, slice: Path): Generator<Finding> {
  const place = [...slice, 'place'];
  const nodes = at(document, [...place, 'nodes']);
  const [near, policy] = [
    [...place, 'near'],
    [...place, 'policy'],
  ];
  const counted = typeof nodes === 'number';
  if (has(document, near) && (nodes === 'all' || Array.isArray(nodes))) {
    yield {
      path: near,
      of: 'key',
      found: 'near',
      expected: 'a number of nodes beside it, such as nodes: 5',
      with: [...place, 'nodes'],
    };
  }
  if (has(document, policy) && Array.isArray(nodes)) {
    yield {
      path: policy,
      of: 'key',
      found: 'a policy',
      expected: 'none beside a list of nodes',
      with: [...place, 'nodes'],
    };
  }
  if (has(document, policy) && has(document, near) && counted) {
    yield {
      path: policy,
      of: 'key',
      found: 'a policy',
      expected: 'none beside near, which is one',
      with: near,
    };
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
  const protocolOf = (name: string) => at(document, ['slices', name, 'run', 'protocol']);
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

function* checkFault(document: unknown, fault: Path, duration: number | undefined): Generator<Finding> {
  const [begin, span] = [
    [...fault, 'at'],
    [...fault, 'over'],
  ];
  const start = read('duration', document, begin);
  const over = read('duration', document, span) ?? 0;
  if (start !== undefined && duration !== undefined) {
    const end = `the end of the run, ${writeDuration(duration)}`;
    if (start >= duration) yield wrong(document, begin, `a time before ${end}`, { with: DURATION });
    else if (start + over > duration) {
      yield wrong(
        document,
        span,
        `at most ${writeDuration(duration - start)}, from ${writeDuration(start)} to ${end}`,
        { with: DURATION },
      );
    }
  }
  yield* checkEffect(document, fault);
}

/** A fault must do something. */
export function* checkEffect(document: unknown, fault: Path): Generator<Finding> {
  const slow = [...fault, 'slow'];
  if (has(document, slow) && !has(document, [...fault, 'rate']) && !has(document, [...fault, 'delay'])) {
    yield {
      path: slow,
      of: 'key',
      found: 'neither rate nor delay',
      expected: 'a rate, a delay, or both beside slow',
    };
  }
  const [rate, by] = [
    [...fault, 'rate'],
    [...fault, 'by'],
  ];
  if (has(document, [...fault, 'lossy']) && read('fraction', document, rate) === 0) {
    yield wrong(document, rate, 'a fraction above 0%');
  }
  if (has(document, [...fault, 'clock']) && read('shift', document, by) === 0) {
    yield wrong(document, by, 'a duration other than 0');
  }
}

function* checkFaults(document: unknown): Generator<Finding> {
  const duration = read('duration', document, DURATION);
  for (const index of keysAt(document, ['faults'])) yield* checkFault(document, ['faults', index], duration);
}

function* checkExpectations(document: unknown): Generator<Finding> {
  const known = [...keysAt(document, ['slices']), ...TESTBED_METRICS];
  for (const index of keysAt(document, ['expect'])) {
    const path = ['expect', index];
    const expectation = readExpectation(at(document, path));
    if (expectation instanceof Misread) continue;
    const first = expectation.metric.slice(0, expectation.metric.indexOf('.'));
    if (known.includes(first)) continue;
    const near = nearest(first, known);
    const hint = near === undefined ? undefined : expectation.text.replace(first, near);
    yield wrong(
      document,
      path,
      `a metric that begins with a slice, or one of the testbed's: ${known.join(', ')}`,
      {
        hint,
      },
    );
  }
}

/** Everything in which the parts of the document contradict each other. */
export function crossCheck(document: unknown): Finding[] {
  const checks = [checkTimes, checkTopology, checkLoss, checkSlices, checkFaults, checkExpectations];
  return checks.flatMap(check => [...check(document)]);
}
