// Milestones: the times at which a run's recorder is to be told of the time.
import type { Scenario } from '../scenarios/scenario.ts';
import type { Nanoseconds } from '../sim/time.ts';

/** The times at which the recorder is to be told: each sample's end, the warm-up's, the run's. */
export function* milestones({
  sample,
  warmup,
  duration,
}: Pick<Scenario, 'sample' | 'warmup' | 'duration'>): Iterable<Nanoseconds> {
  let warm = warmup === 0;
  for (let next = sample; next < duration; next += sample) {
    if (!warm && warmup <= next) {
      warm = true;
      if (warmup < next) yield warmup;
    }
    yield next;
  }
  if (!warm) yield warmup;
  yield duration;
}
