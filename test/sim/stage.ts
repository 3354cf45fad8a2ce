// What several tests of processes need: a stage on which stories note what happens to them.
import type { Interrupt, Story } from '../../sim/process.ts';
import { Simulation } from '../../sim/simulation.ts';

/** A simulation, and what its stories noted, each with the time. */
export function stage(): { sim: Simulation; noted: string[]; note: (text: unknown) => void } {
  const sim = new Simulation();
  const noted: string[] = [];
  return { sim, noted, note: text => noted.push(`${text}@${sim.now}`) };
}

export function* sleep(span: number): Story<void> {
  yield span;
}

/** Notes why it was interrupted, and goes on as if it had slept. */
export function* sleepLightly(span: number, note: (text: unknown) => void): Story<void> {
  try {
    yield span;
    note('slept');
  } catch (error) {
    note((error as Interrupt).reason);
  }
}
