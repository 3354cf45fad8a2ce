// Variants: the designs that a scenario compares, each as overrides laid over the rest of the document.
import { checkVariants } from './check.ts';
import type { Finding } from './finding.ts';
import { nearest } from './nearest.ts';
import type { Override } from './overrides.ts';
import type { Problem } from './problem.ts';
import type { Path } from './source.ts';

export interface Variants {
  /** All names, though the variants could not be read. */
  readonly names: readonly string[];
  /** What each changes, in the order of the document; only those that are wanted. */
  readonly changes: ReadonlyMap<string, readonly Override[]>;
  readonly problems: readonly Problem[];
}

/** What variants share: one name, one seed, and one list of expectations that speaks of them all. */
const SHARED: readonly string[] = ['name', 'about', 'seed', 'expect', 'variants'];

/**
 * Reads what stands at `variants`.
 * @param wanted the only one that is wanted; undefined: all
 * @param locate finds where in the document a finding stands
 */
export function readVariants(
  block: unknown,
  wanted: string | undefined,
  locate: (finding: Finding) => Problem,
): Variants {
  const names = typeof block === 'object' && block !== null ? Object.keys(block) : [];
  const changes = new Map<string, Override[]>();
  const findings = block === undefined ? [] : checkVariants(block);
  const problems = [...findings.map(locate), ...unknownName(wanted, names)];
  if (findings.length > 0) return { names, changes, problems };
  for (const [name, settings] of Object.entries((block ?? {}) as Record<string, object>)) {
    if (wanted !== undefined && name !== wanted) continue;
    const settingsRead = Object.entries(settings).map(([key, value]) => readChange(name, key, value, locate));
    changes.set(
      name,
      settingsRead.filter(read => 'value' in read),
    );
    problems.push(...settingsRead.filter(read => 'found' in read));
  }
  return { names, changes, problems };
}

function unknownName(wanted: string | undefined, names: readonly string[]): Problem[] {
  if (wanted === undefined || names.includes(wanted)) return [];
  const expected = names.length === 0 ? 'none: the scenario has no variants' : `one of ${names.join(', ')}`;
  const hint = nearest(wanted, names);
  const place = { file: `--variant ${wanted}`, line: 0, column: 0, key: '' };
  return [{ ...place, found: 'no variant of this name', expected, ...(hint !== undefined && { hint }) }];
}

function readChange(
  variant: string,
  key: string,
  value: unknown,
  locate: (finding: Finding) => Problem,
): Override | Problem {
  const at = ['variants', variant, key];
  const path = key.trim().split('.');
  const expected = expectedOf(path);
  if (expected !== undefined) return locate({ path: at, of: 'key', found: JSON.stringify(key), expected });
  const place: Override['place'] = (below, of) => {
    const { file, line, column } = locate({ path: [...at, ...below], of, found: '', expected: '' });
    return { file, line, column };
  };
  return { path, value, place };
}

/** What a path should have been; undefined where nothing is wrong with it. */
function expectedOf(path: Path): string | undefined {
  if (path.includes('')) return 'a path of keys, such as network.jitter';
  return SHARED.includes(path[0]!)
    ? `a path that begins with none of ${SHARED.join(', ')}, which the variants share`
    : undefined;
}
