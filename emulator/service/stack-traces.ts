// Stacks in the service's own files: positions in bundles are mapped back when a stack is first looked at.
import { SourceMap, type SourceMapping } from 'node:module';

type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** By the name of a bundle's script, its source map: text until it is first needed. */
const maps = new Map<string, string | SourceMap>();

export function addSourceMap(script: string, json: string): void {
  maps.set(script, json);
}

/** Stacks are in the service's files from now on, wherever a program or a report looks at one. */
export function installStackTraces(): void {
  const prepare: Prepare = (error, frames) => {
    const lines = ofProgram(frames).map(frame => `\n    at ${show(frame)}`);
    return `${headOf(error)}${lines.join('')}`;
  };
  (Error as unknown as { prepareStackTrace: Prepare }).prepareStackTrace = prepare;
}

/** The simulation's own code. */
const OWN = new URL('../../', import.meta.url).href;

/** Without what called the program, which is no part of it. */
function ofProgram(frames: readonly NodeJS.CallSite[]): readonly NodeJS.CallSite[] {
  const files = frames.map(frame => frame.getFileName() ?? '');
  const deepest = files.findLastIndex(file => maps.has(file));
  const caller = files.findIndex((file, index) => index > deepest && file.startsWith(OWN));
  return caller > 0 ? frames.slice(0, caller) : frames;
}

function headOf(error: Error): string {
  try {
    return String(Error.prototype.toString.call(error));
  } catch {
    return 'Error';
  }
}

/** A frame as V8 writes it, but for the position. */
function show(frame: NodeJS.CallSite): string {
  const text = frame.toString();
  const script = frame.getFileName();
  if (script === null || script === undefined || !maps.has(script)) return text;
  const place = originalPlace(script, frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1);
  return place === undefined ? text : text.replace(/[^\s(]*:\d+:\d+(?=\)?$)/, place);
}

function originalPlace(script: string, line: number, column: number): string | undefined {
  const found = maps.get(script)!;
  const map = typeof found === 'string' ? new SourceMap(JSON.parse(found)) : found;
  maps.set(script, map);
  const entry = map.findEntry(line - 1, column - 1) as Partial<SourceMapping>;
  if (entry.originalSource === undefined) return undefined;
  return `${entry.originalSource}:${entry.originalLine! + 1}:${entry.originalColumn! + 1}`;
}
