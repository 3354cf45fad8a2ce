// Many runs, as many at once as the machine has cores: each a scenario, with what comes out of it.
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { buildTestbed } from '../models/build-testbed.ts';
import type { Summary } from '../results/summary.ts';
import type { SeriesData } from '../results/time-series.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { UsageError } from './exit.ts';
import { type Mode, unwatched } from './finished.ts';
import { catchInterrupt, type Interrupt } from './interrupt.ts';
import { runners } from './modes.ts';
import { type Progress, showProgress } from './progress.ts';
import { summarise } from './summarise.ts';

export interface Job {
  readonly scenario: Scenario;
  /** Its name among the scenario's variants, if there are any. */
  readonly variant?: string | undefined;
  /** Whether its time series is wanted: of models alone. */
  readonly series?: boolean;
}

export interface Done {
  readonly summary: Summary;
  readonly series?: SeriesData;
}

/** A job as a thread gets it, with memory that is shared with it. */
export interface Order extends Job {
  /** One number, which is 1 when the run is to stop. */
  readonly stop: Int32Array;
  /** How far the run has come: its clock in nanoseconds, and its events. */
  readonly reached: Float64Array;
}

/** What a thread made of a job; or why it cannot be run, in words for the user. */
export type Reply = Done | { readonly refused: string };

export interface Fleet {
  /** Of each job that began, in the order of the jobs. What was under way when the user interrupted is partial. */
  readonly done: readonly Done[];
  readonly interrupted: boolean;
}

export interface FleetOptions {
  /** Whether there is a progress bar, over the virtual time of all models. */
  readonly bar?: boolean;
  /** Asked whenever a job has ended: how many jobs, from the first, are still wanted. */
  readonly endAfter?: (done: readonly (Done | undefined)[], index: number) => number;
}

/** Runs the jobs side by side, in the modes `model` and `virtual`. */
export async function runFleet(
  jobs: readonly Job[],
  mode: Mode,
  { bar = false, endAfter = () => jobs.length }: FleetOptions = {},
): Promise<Fleet> {
  const progress = showProgress(
    jobs.reduce((sum, { scenario }) => sum + scenario.duration, 0),
    bar && mode === 'model',
  );
  const interrupt = catchInterrupt();
  const runner = mode === 'model' ? new ModelRunner(interrupt, progress) : new VirtualRunner(interrupt);
  const done: (Done | undefined)[] = [];
  let next = 0;
  let end = jobs.length;
  const work = async () => {
    while (next < end && !interrupt.requested) {
      const index = next++;
      done[index] = await runner.run(jobs[index]!);
      end = Math.min(end, endAfter(done, index));
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } finally {
    progress.stop();
    interrupt.release();
    await runner.close();
  }
  return { done: done.slice(0, end).filter(one => one !== undefined), interrupted: interrupt.requested };
}

interface Runner {
  run(job: Job): Promise<Done>;
  close(): Promise<void>;
}

/** Milliseconds between two looks at whether the user wants an end, and at how far the runs have come. */
const LOOK = 50;

/** Models run in the threads of a pool. */
class ModelRunner implements Runner {
  private readonly pool = new Piscina<Order, Reply>({
    filename: new URL('./fleet-worker.js', import.meta.url).href,
    maxThreads: availableParallelism(),
  });
  private readonly stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  private readonly reached = new Set<Float64Array>();
  private readonly interrupt: Interrupt;
  private readonly progress: Progress;
  private readonly watch: NodeJS.Timeout;

  constructor(interrupt: Interrupt, progress: Progress) {
    this.interrupt = interrupt;
    this.progress = progress;
    this.watch = setInterval(() => this.look(), LOOK);
  }

  async run(job: Job): Promise<Done> {
    const reached = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
    this.reached.add(reached);
    const reply = await this.pool.run({ ...job, stop: this.stop, reached });
    if ('refused' in reply) throw new UsageError(reply.refused);
    return reply;
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
    await this.pool.destroy();
  }

  private look(): void {
    if (this.interrupt.requested) Atomics.store(this.stop, 0, 1);
    const sum = (place: number) => [...this.reached].reduce((sum, one) => sum + one[place]!, 0);
    this.progress.update(sum(0), sum(1));
  }
}

/** Virtual hosts change the thread that they run in for good: each run brings a new one. */
class VirtualRunner implements Runner {
  private readonly interrupt: Interrupt;

  constructor(interrupt: Interrupt) {
    this.interrupt = interrupt;
  }

  async run({ scenario, variant }: Job): Promise<Done> {
    const { interrupt } = this;
    const watch = {
      ...unwatched,
      get interrupted() {
        return interrupt.requested;
      },
    };
    const finished = await runners.virtual(buildTestbed(scenario), scenario, watch);
    finished.discard?.();
    return { summary: summarise(scenario, finished, variant) };
  }

  async close(): Promise<void> {}
}
