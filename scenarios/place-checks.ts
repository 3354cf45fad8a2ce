// How the keys of a placement must agree with each other.
import { at, has } from './document.ts';
import type { Finding } from './finding.ts';
import type { Path } from './source.ts';

/** Keys of a placement that contradict each other. */
export function* checkPlace(document: unknown, slice: Path): Generator<Finding> {
  const place = [...slice, 'place'];
  const path = (key: string) => [...place, key];
  const nodes = at(document, path('nodes'));
  const refuse = (key: string, found: string, expected: string, other = 'nodes'): Finding => ({
    path: path(key),
    of: 'key',
    found,
    expected,
    with: path(other),
  });
  if (has(document, path('near')) && (nodes === 'all' || Array.isArray(nodes))) {
    yield refuse('near', 'near', 'a number of nodes beside it, such as nodes: 5');
  }
  if (Array.isArray(nodes)) {
    for (const key of ['policy', 'where', 'within', 'apart', 'distinct']) {
      const found = key === 'policy' ? 'a policy' : key;
      if (has(document, path(key))) yield refuse(key, found, 'none beside a list of nodes');
    }
  }
  if (has(document, path('policy')) && has(document, path('near')) && typeof nodes === 'number') {
    yield refuse('policy', 'a policy', 'none beside near, which is one', 'near');
  }
}
