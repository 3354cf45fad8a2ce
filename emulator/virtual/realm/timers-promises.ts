// timers/promises: the same functions on virtual timers.
import { internal } from './internals.ts';

interface Options {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

interface Referenced {
  unref(): unknown;
}

interface Functions {
  setTimeout(callback: () => void, delay?: unknown): unknown;
  clearTimeout(timer: unknown): void;
  setImmediate(callback: () => void): unknown;
  clearImmediate(immediate: unknown): void;
  setInterval(callback: () => void, delay?: unknown): unknown;
  clearInterval(timer: unknown): void;
}

const { AbortError } = internal<{ AbortError: new (message?: string, options?: object) => Error }>(
  'internal/errors',
);

function aborted(signal: AbortSignal): Error {
  return new AbortError(undefined, { cause: signal.reason });
}

/** A promise that `arm` fulfils later and the signal rejects. */
function abortable<T>(
  value: T,
  { signal, ref = true }: Options,
  arm: (done: () => void) => unknown,
  disarm: (armed: unknown) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted(signal));
      return;
    }
    const armed = arm(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    if (!ref) (armed as Referenced).unref();
    const abort = () => {
      disarm(armed);
      reject(aborted(signal!));
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

export function timersPromises(functions: Functions) {
  const setTimeout = <T>(delay?: unknown, value?: T, options: Options = {}) =>
    abortable(value, options, done => functions.setTimeout(done, delay), functions.clearTimeout);
  const setImmediate = <T>(value?: T, options: Options = {}) =>
    abortable(value, options, done => functions.setImmediate(done), functions.clearImmediate);

  async function* setInterval<T>(delay?: unknown, value?: T, { signal, ref = true }: Options = {}) {
    if (signal?.aborted) throw aborted(signal);
    let ticks = 0;
    let wake: (() => void) | undefined;
    const timer = functions.setInterval(() => {
      ticks++;
      wake?.();
    }, delay);
    if (!ref) (timer as Referenced).unref();
    const abort = () => wake?.();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        if (ticks === 0 && !signal?.aborted)
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        if (signal?.aborted) throw aborted(signal);
        for (; ticks > 0; ticks--) yield value;
      }
    } finally {
      functions.clearInterval(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  const scheduler = {
    wait: (delay: number, options?: Options) => setTimeout(delay, undefined, options),
    yield: () => setImmediate(),
  };
  return { setTimeout, setImmediate, setInterval, scheduler };
}
