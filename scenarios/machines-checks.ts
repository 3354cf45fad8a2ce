// How what slices ask of machines must agree with what machines are.
import { at, has, keysAt, wrong } from './document.ts';
import type { Finding } from './finding.ts';
import type { Path } from './source.ts';

const MACHINES: Path = ['machines'];
const SHARING: Path = [...MACHINES, 'sharing'];

/** @param document may be wrong elsewhere */
export function* checkMachines(document: unknown): Generator<Finding> {
  for (const name of keysAt(document, ['slices'])) {
    const slice = ['slices', name];
    if (has(document, MACHINES)) yield* checkClaim(document, slice);
    else yield* checkNeedless(document, slice);
  }
}

/** Without machines nothing is asked of them. */
function* checkNeedless(document: unknown, slice: Path): Generator<Finding> {
  const paths = [
    ...['cpuShare', 'cpuReserve', 'disk'].map(key => [...slice, 'caps', key]),
    [...slice, 'demand'],
  ];
  for (const path of paths) {
    if (!has(document, path)) continue;
    const expected = 'the key machines, which says what nodes are';
    yield { path, of: 'key', found: path.at(-1)!, expected };
  }
}

function* checkClaim(document: unknown, slice: Path): Generator<Finding> {
  const caps = [...slice, 'caps'];
  const share = [...caps, 'cpuShare'];
  const reserve = [...caps, 'cpuReserve'];
  const cap = [...caps, 'cpu'];
  const reserved = at(document, reserve);
  if (at(document, SHARING) === 'reservations') {
    if (reserved === undefined) {
      const expected = 'caps.cpuReserve: where machines.sharing is reservations, that is all it gets';
      yield { path: slice, of: 'key', found: 'no reservation', expected, with: SHARING };
    }
    if (has(document, share)) {
      const expected = 'machines.sharing: shares beside it';
      yield { path: share, of: 'key', found: 'cpuShare', expected, with: SHARING };
    }
  }
  const [allowed, cores] = [at(document, cap), at(document, [...MACHINES, 'cores'])];
  if (typeof reserved !== 'number') return;
  if (typeof cores === 'number' && reserved > cores) {
    yield wrong(document, reserve, `at most ${cores}, the cores of a node`, { with: [...MACHINES, 'cores'] });
  } else if (typeof allowed === 'number' && reserved > allowed) {
    yield wrong(document, reserve, `at most ${allowed}, the cores that the sliver may use`, { with: cap });
  }
}
