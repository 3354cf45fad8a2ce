// A host's console: Node's own, on the host's output and by the host's clock.
import { Console } from 'node:console';
import { inspect } from 'node:util';
import type { MachineClock } from '../realm/machine.ts';
import type { Lines } from './lines.ts';

/** Of a stream what a console uses. */
function streamOf(lines: Lines): NodeJS.WritableStream {
  const stream = {
    write: (text: string) => {
      lines.write(text);
      return true;
    },
    once: () => stream,
    on: () => stream,
    removeListener: () => stream,
    listenerCount: () => 0,
  };
  return stream as unknown as NodeJS.WritableStream;
}

/** Milliseconds as `console.time` shows them. */
function formatMilliseconds(milliseconds: number): string {
  return milliseconds >= 1000
    ? `${(milliseconds / 1000).toFixed(3)}s`
    : `${Number(milliseconds.toFixed(3))}ms`;
}

export function hostConsole(stdout: Lines, stderr: Lines, clock: MachineClock): Console {
  const made = new Console({ stdout: streamOf(stdout), stderr: streamOf(stderr) });
  const started = new Map<string, number>();
  const log = (label: string, rest: readonly unknown[]) => {
    const since = started.get(label);
    if (since === undefined) return;
    made.log(`${label}: ${formatMilliseconds((clock.monotonic() - since) / 1e6)}`, ...rest);
  };
  // Node's read the machine's clock.
  made.time = (label = 'default') => {
    if (!started.has(label)) started.set(label, clock.monotonic());
  };
  made.timeLog = (label = 'default', ...rest: unknown[]) => log(label, rest);
  made.timeEnd = (label = 'default') => {
    log(label, []);
    started.delete(label);
  };
  made.dir = (item: unknown, options) => made.log(inspect(item, { customInspect: false, ...options }));
  return made;
}
