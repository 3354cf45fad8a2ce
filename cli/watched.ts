// A run under the user's eyes: with a progress bar, and stopped by Ctrl-C.
import type { Nanoseconds } from '../sim/time.ts';
import type { Watch } from './finished.ts';
import { catchInterrupt } from './interrupt.ts';
import { showProgress } from './progress.ts';

/**
 * @param wanted whether the bar is shown, where there is a terminal
 * @param more what else the run is to be told, or asked for
 */
export async function watched<T>(
  duration: Nanoseconds,
  wanted: boolean,
  more: Pick<Watch, 'close' | 'answered'>,
  run: (watch: Watch) => Promise<T>,
): Promise<T> {
  const progress = showProgress(duration, wanted);
  const interrupt = catchInterrupt();
  try {
    return await run({
      ...more,
      progress: (now, events) => progress.update(now, events),
      get interrupted() {
        return interrupt.requested;
      },
    });
  } finally {
    progress.stop();
    interrupt.release();
  }
}
