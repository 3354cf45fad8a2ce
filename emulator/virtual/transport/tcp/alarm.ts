// The one event behind all timers of a connection. It may come before any is due, and then sets the next.
import type { EventId } from '../../../../sim/event-queue.ts';
import type { Nanoseconds } from '../../../../sim/time.ts';
import type { Timed } from '../internet.ts';
import type { Kernel } from '../kernel.ts';

/**
 * Timers of a connection are set anew with nearly each segment and seldom expire. So a later time than that of the pending
 * event is not scheduled: whoever owns the alarm looks at its timers when the event comes, and sets the alarm again.
 */
export class Alarm {
  private readonly kernel: Kernel;
  private readonly owner: Timed;
  private event: EventId = 0;
  private at: Nanoseconds = Infinity;

  constructor(kernel: Kernel, owner: Timed) {
    this.kernel = kernel;
    this.owner = owner;
  }

  /** The event has come. */
  passed(): void {
    this.event = 0;
    this.at = Infinity;
  }

  /** Sees that the owner is called at a time, or before. */
  set(due: Nanoseconds): void {
    if (due >= this.at || due === Infinity) return;
    this.cancel();
    const { internet, host } = this.kernel;
    this.at = due;
    this.event = internet.schedule(due, host, this.owner);
  }

  cancel(): void {
    if (this.event !== 0) this.kernel.internet.sim.cancel(this.event);
    this.passed();
  }
}
