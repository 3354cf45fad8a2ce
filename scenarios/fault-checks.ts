// Faults whose keys contradict each other, or the run.
import { at, has, read, wrong } from './document.ts';
import type { Finding } from './finding.ts';
import type { Path } from './source.ts';
import { writeDuration } from './units.ts';

const DURATION: Path = ['duration'];

/** @param duration of the run, in nanoseconds; undefined where it cannot be read */
export function* checkFault(
  document: unknown,
  fault: Path,
  duration: number | undefined,
): Generator<Finding> {
  if (has(document, [...fault, 'churn'])) yield* checkChurn(document, fault);
  else yield* checkOccurrence(document, fault);
  if (duration !== undefined) yield* checkTime(document, fault, duration);
  yield* checkMachines(document, fault);
  yield* checkEffect(document, fault);
}

/** Only machines that are modelled limp, or have disks. */
function* checkMachines(document: unknown, fault: Path): Generator<Finding> {
  const kind = ['limp', 'disk'].find(key => has(document, [...fault, key]));
  if (kind === undefined) return;
  const path = [...fault, kind];
  if (!has(document, ['machines'])) {
    yield { path, of: 'key', found: kind, expected: 'the key machines, which says what nodes are' };
  } else if (kind === 'limp' && !has(document, [...fault, 'cpu']) && !has(document, [...fault, 'disk'])) {
    yield { path, of: 'key', found: 'neither cpu nor disk', expected: 'cpu, disk, or both beside limp' };
  }
}

/** It must be said when a fault happens. */
function* checkOccurrence(document: unknown, fault: Path): Generator<Finding> {
  const kind = Object.keys((at(document, fault) as object | null) ?? {}).find(key => KINDS.includes(key));
  if (kind === undefined || has(document, [...fault, 'at']) || has(document, [...fault, 'every'])) return;
  yield { path: [...fault, kind], of: 'key', found: 'no time', expected: 'at, every, or both beside it' };
}

const KINDS = ['crash', 'partition', 'slow', 'flap', 'pause', 'clock', 'lossy', 'limp', 'disk', 'restart'];

function* checkTime(document: unknown, fault: Path, duration: number): Generator<Finding> {
  const [begin, span, every]: [Path, Path, Path] = [
    [...fault, 'at'],
    [...fault, 'over'],
    [...fault, 'every'],
  ];
  const start = read('duration', document, begin) ?? 0;
  const over = read('duration', document, span) ?? 0;
  const period = read('duration', document, every);
  const end = `the end of the run, ${writeDuration(duration)}`;
  if (start >= duration) yield wrong(document, begin, `a time before ${end}`, { with: DURATION });
  else if (start + over > duration) {
    const expected = `at most ${writeDuration(duration - start)}, from ${writeDuration(start)} to ${end}`;
    yield wrong(document, span, expected, { with: DURATION });
  } else if (period !== undefined && start + period >= duration) {
    const expected = `less than ${writeDuration(duration - start)}: the first time comes so long after ${writeDuration(start)}, before ${end}`;
    yield wrong(document, every, expected, { with: DURATION });
  }
}

/** The keys of a churn that say by which law. */
const LAWS = ['like', 'up', 'down', 'trace'] as const;

/** Churn goes by what is known of others, by laws of its own, or by a trace. */
function* checkChurn(document: unknown, fault: Path): Generator<Finding> {
  const given = LAWS.filter(key => has(document, [...fault, key]));
  const trace = given.includes('trace');
  const complete = given.includes('like') || (given.includes('up') && given.includes('down'));
  const path = [...fault, 'churn'];
  if (trace && (given.length > 1 || has(document, [...fault, 'daily']))) {
    const others = [...given, 'daily'].filter(key => key !== 'trace' && has(document, [...fault, key]));
    yield {
      path: [...fault, others[0]!],
      of: 'key',
      found: others[0]!,
      expected: 'nothing of a law beside a trace',
    };
  } else if (!trace && !complete) {
    const found = given.length === 0 ? 'no law' : `${given[0]} alone`;
    yield { path, of: 'key', found, expected: 'like, both up and down, or trace beside it' };
  }
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
