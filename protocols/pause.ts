// Pauses between the things that a protocol does of its own accord.
import { exponential } from './draws.ts';
import type { Host, Nanoseconds } from './port.ts';

/** Calls `run` once, after an exponential pause: each time anew, the calls are a Poisson process. @param mean of the pause */
export function afterExponential(
  host: Pick<Host<never>, 'random' | 'after'>,
  mean: Nanoseconds,
  run: () => void,
): void {
  host.after(Math.round(exponential(() => host.random(), mean)), run);
}
