// YAML text as plain data, with the place in the text of every key and value.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Range,
  type YAMLError,
} from 'yaml';
import { type Problem, ScenarioError } from './problem.ts';

/** From the root of a document: keys, and indices of lists as text. */
export type Path = readonly string[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  /** Null, booleans, numbers, strings, arrays and objects; a tree, however many aliases it was written with. */
  readonly data: unknown;
  /** What is wrong but leaves the rest readable. */
  readonly problems: readonly Problem[];
  /** Where a key or its value stands, or else the innermost mapping or list that would hold it. */
  place(path: Path, of: 'key' | 'value'): Place;
}

const DEEPEST = 64;
/** Far beyond any scenario, and far below what aliases of aliases may stand for. */
const MOST_VALUES = 200_000;

const id = (path: Path, of: 'key' | 'value') => `${of}\0${path.join('\0')}`;

/** Turns nodes into data and writes down where each stood. */
class Reader {
  readonly places = new Map<string, number>();
  readonly problems: Problem[] = [];
  private readonly document: Document;
  private readonly report: (offset: number, found: string, expected: string) => Problem;
  private readonly open = new Set<Node>();
  private values = 0;

  constructor(document: Document, report: (offset: number, found: string, expected: string) => Problem) {
    this.document = document;
    this.report = report;
  }

  read(node: Node | null, path: Path): unknown {
    if (node === null) return null;
    const offset = node.range?.[0] ?? 0;
    this.places.set(id(path, 'value'), offset);
    this.values++;
    if (path.length > DEEPEST || this.values > MOST_VALUES) {
      throw new ScenarioError([
        this.report(
          offset,
          'too much',
          `at most ${DEEPEST} levels and ${MOST_VALUES} values, aliases included`,
        ),
      ]);
    }
    if (isAlias(node)) return this.follow(node.resolve(this.document), node.source, offset, path);
    if (isScalar(node)) return node.value;
    this.open.add(node);
    const data = isSeq(node)
      ? node.items.map((item, index) => this.read(item as Node | null, [...path, String(index)]))
      : this.readMapping(isMap(node) ? node.items : [], path);
    this.open.delete(node);
    return data;
  }

  private follow(target: Node | undefined, name: string, offset: number, path: Path): unknown {
    if (target && !this.open.has(target)) return this.read(target, path);
    const found = target ? `the alias *${name} inside what it stands for` : `the alias *${name}`;
    this.problems.push(
      this.report(offset, found, `an alias of an anchor &${name} that is complete before it`),
    );
    return null;
  }

  private readMapping(pairs: readonly Pair[], path: Path): object {
    const mapping = {};
    for (const { key, value } of pairs) {
      if (!isScalar(key)) {
        const range = (key as { range?: Range } | null)?.range;
        this.problems.push(this.report(range?.[0] ?? 0, 'a key that is no plain text', 'a plain key'));
        continue;
      }
      const name = String(key.value ?? '');
      const here = [...path, name];
      this.places.set(id(here, 'key'), key.range?.[0] ?? 0);
      const held = {
        value: this.read(value as Node | null, here),
        enumerable: true,
        writable: true,
        configurable: true,
      };
      // Not an assignment: a key `__proto__` is a key like any other.
      Object.defineProperty(mapping, name, held);
    }
    return mapping;
  }
}

/** A mistake in the syntax makes others seem to follow on its line; the first one is the mistake. */
function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const lines = new Set<number>();
  return problems.filter(({ line }) => !lines.has(line) && lines.add(line));
}

/**
 * Reads one YAML 1.2 document of the core schema.
 * @param file what problems name as their file
 * @throws {ScenarioError} where the text is not YAML, is several documents or stands for too much
 */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
  });
  const report = (offset: number, found: string, expected: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), key: '', found, expected };
  };
  const [syntax, rest] = sortOut([...document.errors, ...document.warnings], text, report);
  if (syntax.length > 0) throw new ScenarioError(firstOfEachLine(syntax));
  const reader = new Reader(document, report);
  const data = reader.read(document.contents, []);
  const place = (path: Path, of: 'key' | 'value'): Place => {
    let offset = reader.places.get(id(path, of));
    for (let length = path.length; offset === undefined && length >= 0; length--) {
      const outer = path.slice(0, length);
      offset = reader.places.get(id(outer, 'key')) ?? reader.places.get(id(outer, 'value'));
    }
    const { line, column } = report(offset ?? 0, '', '');
    return { line, column };
  };
  return { data, problems: [...rest, ...reader.problems], place };
}

/** The library's errors as problems: those after which the data mean nothing, and the others. */
function sortOut(
  errors: readonly YAMLError[],
  text: string,
  report: (offset: number, found: string, expected: string) => Problem,
): [syntax: Problem[], rest: Problem[]] {
  const syntax: Problem[] = [];
  const rest: Problem[] = [];
  for (const { code, message, pos } of errors) {
    const [from] = pos;
    if (code === 'DUPLICATE_KEY') {
      const key = /^[^\s:]*/.exec(text.slice(from, from + 100))![0];
      rest.push(report(from, `the key ${key} a second time`, 'every key once'));
    } else if (code === 'TAG_RESOLVE_FAILED') rest.push(report(from, 'a tag', 'values without tags'));
    else if (code === 'MULTIPLE_DOCS') syntax.push(report(from, 'a second document', 'one document a file'));
    else syntax.push(report(from, `text that is not YAML (${message})`, 'YAML 1.2'));
  }
  return [syntax, rest];
}
