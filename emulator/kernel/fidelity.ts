// The switch's counters, which it keeps as it goes and hands over as reports.
import type { Nanoseconds } from '../../sim/time.ts';
import { TimeHistogram } from './histogram.ts';
import type { SwitchReport } from './report.ts';

export class Fidelity {
  packets = 0;
  delivered = 0;
  noSlot = 0;
  kernelFull = 0;
  refused = 0;
  /** Time spent waiting, and spinning, since the last report. */
  waited: Nanoseconds = 0;
  spun: Nanoseconds = 0;
  readonly lateness = new TimeHistogram();
  readonly unread = new TimeHistogram();
  private reported: Nanoseconds;
  private offset = clockOffset();

  /** @param now when the switch began */
  constructor(now: Nanoseconds) {
    this.reported = now;
  }

  /** What was counted since the last report, which this forgets. @param reports errors of routers since then */
  take(now: Nanoseconds, reports: number): SwitchReport {
    const { packets, delivered, refused, spun, waited } = this;
    const offset = clockOffset();
    const report: SwitchReport = {
      from: this.reported,
      to: now,
      packets,
      delivered,
      reports,
      lateness: this.lateness.take(),
      unread: this.unread.take(),
      busy: Math.max(0, now - this.reported - waited - spun),
      spun,
      capacity: { slab: this.noSlot, kernel: this.kernelFull },
      refused,
      clockStep: offset - this.offset,
    };
    this.packets = this.delivered = this.noSlot = this.kernelFull = this.refused = 0;
    this.waited = this.spun = 0;
    this.reported = now;
    this.offset = offset;
    return report;
  }
}

/** How far the clock of the day is ahead of the monotonic one, to the millisecond that it is read in. */
function clockOffset(): Nanoseconds {
  const [seconds, nanoseconds] = process.hrtime();
  return Date.now() * 1e6 - (seconds * 1e9 + nanoseconds);
}
