// How long programs wait for a processor: what tells whether the machine was fast enough for the run.
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { Nanoseconds } from '../../../sim/time.ts';
import { textOf } from '../limits.ts';
import type { PidNamespace } from './pid-namespace.ts';
import type { ProgramsReport } from './plan.ts';

/** Processes looked at a second, and threads of each: what bounds the cost. Of more, others each time. */
const MOST_PROCESSES = 64;
const MOST_THREADS = 16;
/** Shares are counted in steps of a thousandth. */
const STEPS = 1000;

/** Nanoseconds that each thread has waited in its life, by process and thread. */
type Reading = ReadonlyMap<string, ReadonlyMap<string, number>>;

export class ProcessorWaiting {
  /** A /proc that lists the run's processes; where it has none of its own, all processes. */
  private readonly directory: number;
  private readonly others: ReadonlySet<string>;
  private readonly counts = new Uint32Array(STEPS + 1);
  private readonly machine = machineTimes();
  private samples = 0;
  private max = 0;
  private before: Reading = new Map();
  private beforeAt: Nanoseconds = 0;
  private turn = 0;

  constructor(namespace: PidNamespace) {
    this.directory = namespace.inside(() => openSync('/proc', constants.O_RDONLY | constants.O_DIRECTORY));
    const own = fstatSync(this.directory).dev !== statSync('/proc').dev;
    this.others = new Set(own ? ['1'] : readdirSync('/proc'));
  }

  /** Looks at some processes, and counts how long they have waited since the last time. To be called every second. */
  sample(now: Nanoseconds): void {
    const after = this.read([...this.before.keys()]);
    const span = now - this.beforeAt;
    for (const [process, threads] of after) this.count(waited(this.before.get(process)!, threads) / span);
    const chosen = this.choose();
    const same = chosen.every(process => after.has(process));
    this.before = same ? after : this.read(chosen);
    this.beforeAt = now;
  }

  report(unreadOutput: number): ProgramsReport {
    const { samples, max } = this;
    const [total, stolen] = machineTimes().map((time, index) => time - this.machine[index]);
    const quantiles = { p50: this.quantile(0.5), p99: this.quantile(0.99), max, samples };
    return {
      waiting: samples > 0 ? quantiles : undefined,
      steal: total > 0 ? stolen / total : 0,
      unreadOutput,
    };
  }

  close(): void {
    closeSync(this.directory);
  }

  private choose(): string[] {
    const all = readdirSync(`/proc/self/fd/${this.directory}`).filter(
      name => /^\d+$/.test(name) && !this.others.has(name),
    );
    if (all.length <= MOST_PROCESSES) return all;
    const from = (this.turn++ * MOST_PROCESSES) % all.length;
    return [...all.slice(from), ...all.slice(0, from)].slice(0, MOST_PROCESSES);
  }

  private read(processes: readonly string[]): Reading {
    const threads = processes.map(process => [process, this.readThreads(process)] as const);
    return new Map(threads.filter(([, waits]) => waits.size > 0));
  }

  private readThreads(process: string): ReadonlyMap<string, number> {
    const tasks = `/proc/self/fd/${this.directory}/${process}/task`;
    const waits = new Map<string, number>();
    try {
      for (const thread of readdirSync(tasks).slice(0, MOST_THREADS)) {
        // Time on a processor, time waiting for one, time slices: see proc(5).
        waits.set(thread, Number(readFileSync(`${tasks}/${thread}/schedstat`, 'latin1').split(' ')[1]));
      }
    } catch {
      // It has ended, or this kernel does not count.
    }
    return waits;
  }

  private count(share: number): void {
    const bounded = Math.min(share, 1);
    this.counts[Math.round(bounded * STEPS)]++;
    this.samples++;
    this.max = Math.max(this.max, bounded);
  }

  /** The smallest share that at least so many of the samples do not exceed, to a thousandth. */
  private quantile(fraction: number): number {
    const rank = Math.ceil(fraction * this.samples);
    let seen = 0;
    let step = 0;
    while (seen + this.counts[step] < rank) seen += this.counts[step++];
    return step / STEPS;
  }
}

/** How long the thread that waited most has waited between two readings. */
function waited(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  return Math.max(0, ...[...after].map(([thread, wait]) => wait - (before.get(thread) ?? wait)));
}

/** Of all processors of this machine, since it started: all time, and what the machine that it runs on took for others. */
function machineTimes(): [total: number, stolen: number] {
  // user nice system idle iowait irq softirq steal; guest times are in user's already: see proc(5).
  const line = (textOf('/proc/stat') ?? '').split('\n')[0];
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return [times.reduce((sum, time) => sum + time, 0), times[7] ?? 0];
}
