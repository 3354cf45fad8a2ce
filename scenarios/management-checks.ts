// How the keys of the management plane must agree with each other, and with how long the run is.
import { at, has, keysAt, read, wrong } from './document.ts';
import type { Finding } from './finding.ts';
import type { Path } from './source.ts';
import { readFraction, writeDuration } from './units.ts';

const MANAGEMENT: Path = ['management'];
const DURATION: Path = ['duration'];

function* checkTimes(document: unknown): Generator<Finding> {
  const duration = read('duration', document, DURATION);
  if (duration === undefined) return;
  const outages = [...MANAGEMENT, 'authority', 'outages'];
  const starts = [
    ...keysAt(document, outages).map(index => [...outages, index, 'at']),
    [...MANAGEMENT, 'rollout', 'at'],
  ];
  for (const path of starts) {
    const start = read('duration', document, path);
    if (start === undefined || start < duration) continue;
    yield wrong(document, path, `less than the duration, ${writeDuration(duration)}`, { with: DURATION });
  }
}

/** Whoever is given up has been tried with, and is warned before it is punished. */
const ORDER: readonly (readonly [earlier: string, later: string])[] = [
  ['cycle', 'dead'],
  ['notice', 'dead'],
  ['retry', 'dead'],
  ['investigator', 'disable'],
];

function* checkMonitor(document: unknown): Generator<Finding> {
  const monitor = [...MANAGEMENT, 'monitor'];
  for (const [earlier, later] of ORDER) {
    const [first, second] = [
      [...monitor, earlier],
      [...monitor, later],
    ];
    const [before, after] = [read('duration', document, first), read('duration', document, second)];
    if (before === undefined || after === undefined || before < after) continue;
    yield wrong(document, second, `more than ${earlier}, ${writeDuration(before)}`, { with: first });
  }
}

function* checkWaves(document: unknown): Generator<Finding> {
  const [waves, groups] = ['waves', 'groups'].map(key => [...MANAGEMENT, 'rollout', key]);
  if (has(document, waves) && has(document, groups)) {
    yield { path: groups, of: 'key', found: 'groups', expected: 'waves or groups, not both', with: waves };
  }
  let before = 0;
  for (const index of keysAt(document, waves)) {
    const path = [...waves, index];
    const share = readFraction(at(document, path));
    if (typeof share !== 'number') continue;
    if (share <= before) yield wrong(document, path, 'more than the wave before, and the first more than 0%');
    before = share;
  }
}

export function* checkManagement(document: unknown): Generator<Finding> {
  if (!has(document, MANAGEMENT)) return;
  yield* checkTimes(document);
  yield* checkMonitor(document);
  yield* checkWaves(document);
}
