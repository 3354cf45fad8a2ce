// Faults as text: one fault in one line, typed while a run is up (`partition region europe | rest for 30s`).
import { TestbedError } from '../models/error.ts';
import type { FaultEvent } from '../models/faults/event.ts';
import { compileFault } from '../models/faults/schedule.ts';
import type { FaultSpec } from '../models/faults/spec.ts';
import type { Nodes } from '../models/node/nodes.ts';
import type { RandomStream } from '../sim/random.ts';
import type { Nanoseconds } from '../sim/time.ts';
import { checkFault } from './check.ts';
import { type EffectDocument, faultOf } from './convert-fault.ts';
import { checkEffect } from './fault-checks.ts';
import { nearest } from './nearest.ts';
import { describe, ScenarioError } from './problem.ts';

/** For each kind of fault, the words that may follow its nodes or groups, and the keys of a scenario that they stand for. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crash: { over: 'over', for: 'restart' },
  restart: {},
  pause: { for: 'for' },
  partition: { for: 'heal' },
  slow: { rate: 'rate', delay: 'delay', for: 'for' },
  flap: { up: 'up', down: 'down', for: 'for' },
  lossy: { rate: 'rate', for: 'for' },
  clock: { by: 'by' },
};
const KINDS = Object.keys(WORDS);
const ANY_WORD = [...new Set(Object.values(WORDS).flatMap(words => Object.keys(words)))];
const FORM =
  'a fault, such as "crash 3 nodes for 1m", "partition region europe | rest for 30s" or "pause mit-1"';

/** A text taken apart: what follows the kind, and what follows each further word. */
interface Parts {
  readonly kind: string;
  readonly subject: string;
  readonly values: ReadonlyMap<string, string>;
}

function errorIn(text: string, key: string, found: string, expected: string, hint?: string): ScenarioError {
  const place = { file: describe(text), line: 0, column: 0 };
  return new ScenarioError([{ ...place, key, found, expected, ...(hint === undefined ? {} : { hint }) }]);
}

function takeApart(text: string): Parts {
  const [kind = '', ...rest] = text.trim().split(/\s+/);
  if (kind === '') throw errorIn(text, '', 'nothing', FORM);
  if (!Object.hasOwn(WORDS, kind)) {
    throw errorIn(text, '', describe(kind), `one of ${KINDS.join(', ')}`, nearest(kind, KINDS));
  }
  let word = kind;
  const values = new Map([[kind, '']]);
  for (const next of rest) {
    if (ANY_WORD.includes(next)) {
      if (values.has(next)) throw errorIn(text, next, `the word ${next} a second time`, 'every word once');
      word = next;
      values.set(word, '');
    } else values.set(word, `${values.get(word)} ${next}`.trim());
  }
  const subject = values.get(kind)!;
  values.delete(kind);
  return { kind, subject, values };
}

/** The fault as it would stand in a scenario, and the words that its keys were written as. */
function documentOf(text: string): { document: object; wordOf: ReadonlyMap<string, string> } {
  const { kind, subject, values } = takeApart(text);
  const known = WORDS[kind]!;
  const document: Record<string, string> = { at: '0s', [kind]: subject };
  const wordOf = new Map<string, string>();
  for (const [word, value] of values) {
    const key = known[word];
    if (key === undefined) {
      const expected =
        Object.keys(known).length > 0 ? `one of ${Object.keys(known).join(', ')}` : 'nothing more';
      throw errorIn(text, kind, `the word ${word}`, expected);
    }
    document[key] = value;
    wordOf.set(key, word);
  }
  return { document, wordOf };
}

/**
 * Reads a fault: `kind nodes-or-groups [word value ...]`, in the notations of a scenario, such as
 * `slow region europe rate 1Mbps delay 50ms for 1m`. `for` is how long it lasts; a crashed node restarts after it. A site
 * whose name is one of the words cannot be meant.
 * @returns the fault, at time 0
 * @throws {ScenarioError} with all that is wrong
 */
export function readFault(text: string): FaultSpec {
  const { document, wordOf } = documentOf(text);
  const findings = [...checkFault(document), ...checkEffect(document, [])];
  if (findings.length === 0) return faultOf(document as EffectDocument);
  const problems = findings.map(({ path, found, expected, hint }) => {
    const key = path.map(own => wordOf.get(own) ?? own).join('.');
    return errorIn(text, key, found, expected, hint).problems[0]!;
  });
  throw new ScenarioError(problems);
}

/**
 * Compiles a fault that begins now.
 * @param now from the start of the run, in nanoseconds
 * @param random decides where the fault leaves a choice; one of its own for each fault
 * @returns its events, in order of time
 * @throws {ScenarioError} where the text is no fault, or names what the testbed does not have
 */
export function compileFaultText(
  text: string,
  nodes: Nodes,
  now: Nanoseconds,
  random: RandomStream,
): FaultEvent[] {
  const fault = { ...readFault(text), at: now };
  try {
    return compileFault(fault, nodes, random, [fault.kind]).sort((a, b) => a.at - b.at);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    throw errorIn(text, error.path.join('.'), error.found, error.expected, error.suggestion);
  }
}
