// Keep-alive: probes a connection that has been silent, and finds out that the other side is gone.
import { type Nanoseconds, SECOND } from '../../../../sim/time.ts';

/** What libuv sets beside the idle time. */
const INTERVAL: Nanoseconds = SECOND;
const PROBES = 10;

export class KeepAlive {
  /** When there is something to be done; Infinity while it is off. */
  deadline: Nanoseconds = Infinity;
  private idle: Nanoseconds = Infinity;
  private heardAt: Nanoseconds = 0;
  private probes = 0;

  /** @param idle how long a connection may be silent; Infinity: for ever */
  set(idle: Nanoseconds): void {
    this.idle = idle;
  }

  /** Begins to watch, at the time of the latest segment. */
  begin(now: Nanoseconds): void {
    this.deadline = now + this.idle;
  }

  /** A segment has come. */
  heard(now: Nanoseconds): void {
    this.heardAt = now;
    this.probes = 0;
  }

  /**
   * The deadline has come.
   * @param busy something is under way, which has a timer of its own
   */
  expire(now: Nanoseconds, busy: boolean): 'wait' | 'probe' | 'dead' {
    const due = this.heardAt + this.idle;
    if (due > now || busy) {
      this.deadline = due > now ? due : now + this.idle;
      return 'wait';
    }
    if (this.probes === PROBES) return 'dead';
    this.probes++;
    this.deadline = now + INTERVAL;
    return 'probe';
  }
}
