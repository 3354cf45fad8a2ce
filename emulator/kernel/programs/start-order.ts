// In which order programs start: each no earlier than its time, and after all programs of some slices are ready.
import type { Nanoseconds } from '../../../sim/time.ts';
import type { Program } from './program.ts';

export class StartOrder {
  /** Those that have not been started, in order of their times. */
  private readonly waiting: Program[];
  /** How many programs of each slice have not been ready yet. */
  private readonly unready = new Map<string, number>();

  constructor(programs: readonly Program[]) {
    this.waiting = programs.toSorted((a, b) => a.plan.startAt - b.plan.startAt);
    for (const { plan } of programs) this.unready.set(plan.slice, (this.unready.get(plan.slice) ?? 0) + 1);
  }

  /** Whether every program has been ready once. */
  get complete(): boolean {
    return [...this.unready.values()].every(count => count === 0);
  }

  /** The programs whose turn has come. Those that are taken must be started. */
  *due(now: Nanoseconds): Iterable<Program> {
    for (let index = 0; index < this.waiting.length; ) {
      const program = this.waiting[index];
      if (program.plan.startAt > now) return;
      // One that a fault has taken down before its start has its turn when a fault brings it back.
      if (program.state !== 'waiting' || !this.mayStart(program)) index++;
      else {
        this.waiting.splice(index, 1);
        yield program;
      }
    }
  }

  /** To be called when a program is ready for the first time. */
  ready({ plan }: Program): void {
    this.unready.set(plan.slice, this.unready.get(plan.slice)! - 1);
  }

  private mayStart({ plan }: Program): boolean {
    return plan.after.every(slice => (this.unready.get(slice) ?? 0) === 0);
  }
}
