// The progress bar of a long run: on a terminal only, on standard error.
import { Presets, SingleBar } from 'cli-progress';
import { formatDuration, type Nanoseconds, SECOND } from '../sim/time.ts';

export interface Progress {
  update(now: Nanoseconds, events: number): void;
  stop(): void;
}

const silent: Progress = { update: () => {}, stop: () => {} };

/** A bar over virtual time, if someone watches. */
export function showProgress(duration: Nanoseconds, wanted: boolean): Progress {
  if (!wanted || !process.stderr.isTTY) return silent;
  const format = '{bar} {percentage}%  {time} of {end}  {rate} events/s  {eta_formatted} left';
  const bar = new SingleBar(
    { format, hideCursor: true, clearOnComplete: true, etaBuffer: 50 },
    Presets.shades_grey,
  );
  const started = performance.now();
  bar.start(duration, 0, { time: '0s', end: formatDuration(duration), rate: '-' });
  return {
    update(now, events) {
      const seconds = (performance.now() - started) / 1000;
      const time = formatDuration(Math.floor(now / SECOND) * SECOND);
      bar.update(now, { time, rate: Math.round(events / seconds).toLocaleString('en') });
    },
    stop: () => bar.stop(),
  };
}
