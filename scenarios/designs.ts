// The designs of a scenario's text: the document as it stands, or once for each of its variants, checked in full.
import { dirname } from 'node:path';
import { checkSchema } from './check.ts';
import { convert } from './convert.ts';
import { crossCheck } from './cross-checks.ts';
import { type Contrast, type Expectation, readExpectation } from './expectation.ts';
import { type Finding, locate } from './finding.ts';
import { applyAll, type Override, type Overrides, readOverrides } from './overrides.ts';
import { describe, type Problem, ScenarioError } from './problem.ts';
import { resolve } from './resolve.ts';
import type { LoadedDesigns, LoadedScenario } from './scenario.ts';
import type { ScenarioDocument } from './schema.ts';
import { readSource, type Source } from './source.ts';
import { Misread } from './units.ts';
import { readVariants } from './variants.ts';

/** What the command line says of a scenario. */
export interface Given extends Overrides {
  /** The only variant that is wanted. */
  readonly variant?: string;
}

/** In the order in which a reader meets them: down the file, then the command line's. */
const inOrder = (a: Problem, b: Problem) =>
  Number(a.line === 0) - Number(b.line === 0) || a.line - b.line || a.column - b.column;

function rootOf(source: Source, file: string): { readonly variants?: unknown } {
  const { data } = source;
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return structuredClone(data);
  const expected = 'a mapping with the keys of a scenario: name, duration, topology, slices, ...';
  const { line, column } = source.place([], 'value');
  throw new ScenarioError([
    ...source.problems,
    { file, line, column, key: '', found: describe(data), expected },
  ]);
}

/**
 * @param file where the text is from: names of other files in the text are relative to it
 * @param shown how problems name the file
 * @throws {ScenarioError} with all that is wrong, in the text and in the overrides
 */
export function parseDesigns(text: string, file: string, shown: string, given: Given): LoadedDesigns {
  const source = readSource(text, shown);
  const root = rootOf(source, shown);
  const { overrides, problems } = readOverrides(given);
  const ofVariants = overrides.filter(({ path }) => path[0] === 'variants');
  const ofDesigns = overrides.filter(({ path }) => path[0] !== 'variants');
  problems.push(...source.problems, ...applyAll(root, ofVariants));
  const { variants, ...common } = root;
  const read = readVariants(variants, given.variant, finding => locate(finding, shown, source, ofVariants));
  const design = (variant: string | undefined, changes: readonly Override[]) => {
    const origins = { source, shown, file, among: { variant, variants: read.names } };
    return new Design(origins, structuredClone(common), [...changes, ...ofDesigns]);
  };
  // Where there are no variants, or none that can be read, what they would change is one design.
  const designs =
    read.changes.size === 0
      ? [design(undefined, [])]
      : [...read.changes].map(([variant, changes]) => design(variant, changes));
  problems.push(...read.problems, ...inCommon(designs));
  if (problems.length > 0) throw new ScenarioError(readable(problems, source).sort(inOrder));
  return {
    designs: designs.map(one => one.loaded()),
    compared: read.names.length > 0 && given.variant === undefined,
    expect: designs[0]!.lines(),
  };
}

/** The problems of all designs, each once; one that not all of them have is told with the name of those that do. */
function inCommon(designs: readonly Design[]): Problem[] {
  const holders = new Map<string, { problem: Problem; variants: (string | undefined)[] }>();
  for (const { problems, variant } of designs) {
    for (const problem of problems) {
      const id = JSON.stringify(problem);
      const holder = holders.get(id) ?? { problem, variants: [] };
      holders.set(id, holder);
      if (!holder.variants.includes(variant)) holder.variants.push(variant);
    }
  }
  return [...holders.values()].flatMap(({ problem, variants }) =>
    variants.length === designs.length
      ? [problem]
      : variants.map(variant => ({ ...problem, ...(variant !== undefined && { variant }) })),
  );
}

/** Without those of what could not be read: it was taken for nothing, which is no second problem. */
function readable(problems: readonly Problem[], source: Source): Problem[] {
  const unread = new Set(source.problems.map(({ line, column }) => `${line}:${column}`));
  return problems.filter(
    problem => source.problems.includes(problem) || !unread.has(`${problem.line}:${problem.column}`),
  );
}

/** Where a design comes from. */
interface Origins {
  readonly source: Source;
  readonly shown: string;
  readonly file: string;
  readonly among: { readonly variant: string | undefined; readonly variants: readonly string[] };
}

/** One design: its document, with what is wrong with it. */
class Design {
  readonly variant: string | undefined;
  readonly problems: readonly Problem[];
  private readonly origins: Origins;
  private readonly overrides: readonly Override[];
  private readonly document: object;

  /** @param document is changed: what is laid over it, and defaults */
  constructor(origins: Origins, document: object, overrides: readonly Override[]) {
    this.origins = origins;
    this.document = document;
    this.overrides = overrides;
    this.variant = origins.among.variant;
    const misplaced = applyAll(document, overrides);
    const findings = [...checkSchema(document), ...crossCheck(document, origins.among)];
    this.problems = [...misplaced, ...findings.map(finding => this.locate(finding))];
  }

  /** Of a design without problems. */
  loaded(): LoadedScenario {
    const { variant, origins, document } = this;
    const { file } = origins;
    const resolved = resolve(document as ScenarioDocument, dirname(file), variant);
    return {
      ...(variant !== undefined && { variant }),
      scenario: convert(resolved),
      resolved,
      source: file,
      errorAt: (path, found, expected, hint) => {
        const problem = this.locate({ path: path.map(String), of: 'value', found, expected, hint });
        return new ScenarioError([{ ...problem, ...(variant !== undefined && { variant }) }]);
      },
    };
  }

  /** Its lines of `expect`, those of other designs too. Of a design without problems. */
  lines(): (Expectation | Contrast)[] {
    return (this.document as ScenarioDocument).expect.flatMap(line => {
      const read = readExpectation(line);
      return read instanceof Misread ? [] : [read];
    });
  }

  private locate(finding: Finding): Problem {
    const { source, shown } = this.origins;
    return locate(finding, shown, source, this.overrides);
  }
}
