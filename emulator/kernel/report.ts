// What the switch says of its own work: how late it was, how busy, and what it had no room for.
import type { Nanoseconds } from '../../sim/time.ts';
import { type HistogramCounts, mergeCounts } from './histogram.ts';

/** One stretch of a run. Plain data: it passes between threads. */
export interface SwitchReport {
  /** From when to when, in nanoseconds from the start of the run. */
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  /** Packets read from hosts. */
  readonly packets: number;
  /** Packets written to hosts, errors of routers included. */
  readonly delivered: number;
  /** Errors that routers reported. */
  readonly reports: number;
  /** How late packets were written, against the time that the model gave. */
  readonly lateness: HistogramCounts;
  /**
   * How long a packet may have waited before it was read: the turns of the loop in which packets were found without
   * waiting for them. The model does not know of that wait.
   */
  readonly unread: HistogramCounts;
  /** Time for which the loop neither waited nor watched the clock for a packet that was nearly due. */
  readonly busy: Nanoseconds;
  readonly spun: Nanoseconds;
  /** Packets dropped for lack of capacity: no slot was free, or the kernel took no more. Never the model's doing. */
  readonly capacity: { readonly slab: number; readonly kernel: number };
  /** Packets that the kernel would not have because the interface was down or they were malformed. */
  readonly refused: number;
  /** By how much the clock of the day was set against the monotonic one. */
  readonly clockStep: Nanoseconds;
}

/** Two stretches, one after the other, as one. */
export function mergeReports(a: SwitchReport, b: SwitchReport): SwitchReport {
  return {
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    packets: a.packets + b.packets,
    delivered: a.delivered + b.delivered,
    reports: a.reports + b.reports,
    lateness: mergeCounts(a.lateness, b.lateness),
    unread: mergeCounts(a.unread, b.unread),
    busy: a.busy + b.busy,
    spun: a.spun + b.spun,
    capacity: {
      slab: a.capacity.slab + b.capacity.slab,
      kernel: a.capacity.kernel + b.capacity.kernel,
    },
    refused: a.refused + b.refused,
    clockStep: a.clockStep + b.clockStep,
  };
}

/** Share of time for which the switch was at work, in [0, 1]; spinning is none. */
export function utilisation({ from, to, busy }: SwitchReport): number {
  return to > from ? Math.min(1, busy / (to - from)) : 0;
}
