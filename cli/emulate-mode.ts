// Mode `emulate`: runs the scenario's programs in real time on virtual interfaces, and judges whether to believe it.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { quantiles } from '../emulator/kernel/histogram.ts';
import type { ProgramExit, ProgramListener } from '../emulator/kernel/programs/plan.ts';
import { mergeReports, type SwitchReport, utilisation } from '../emulator/kernel/report.ts';
import { sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import { Receiver } from '../results/courier.ts';
import type { Fidelity } from '../results/fidelity.ts';
import { Recorder } from '../results/recorder.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Nanoseconds } from '../sim/time.ts';
import { Answers } from './answers.ts';
import { Emulation } from './emulation.ts';
import type { Finished, Watch } from './finished.ts';
import { move, remove, runFolder } from './folder.ts';
import { Lookout, nothingLooked } from './lookout.ts';
import { milestones } from './milestones.ts';
import { ProgramMetrics } from './program-metrics.ts';
import { RunControl } from './run-control.ts';
import { judgeFidelity } from './verdict.ts';

/** Milliseconds between two looks at the world outside the run. */
const LOOK = 50;

/** @throws {KernelError | ProgramError | ServiceError} where the run cannot begin, or go on; then nothing of it is left */
export async function runEmulated(testbed: Testbed, scenario: Scenario, watch: Watch): Promise<Finished> {
  const folder = runFolder();
  const recorder = new Recorder();
  const listener = new Listener(testbed, recorder, watch);
  const emulation = await Emulation.open({
    testbed,
    scenario,
    programs: true,
    answers: watch.answered !== undefined,
    directory: join(folder, 'hosts'),
    listener,
  }).catch(error => {
    remove(folder);
    throw error;
  });
  try {
    return await new EmulatedRun(emulation, { testbed, scenario, watch, recorder, folder }).toItsEnd();
  } catch (error) {
    await emulation.close();
    remove(folder);
    throw error;
  }
}

/** Turns what programs print into metrics. */
class Listener implements Omit<ProgramListener, 'failed'> {
  private readonly metrics: ProgramMetrics;
  private readonly answers: Answers | undefined;

  constructor(testbed: Testbed, recorder: Recorder, { answered }: Watch) {
    this.metrics = new ProgramMetrics(sliversOf(testbed), prefix => recorder.meter(prefix));
    this.answers = answered && new Answers(answered);
  }

  started(): void {}

  ready(): void {}

  json(host: number, line: string): void {
    if (!this.metrics.take(host, line)) this.answers?.take(host, line);
  }

  exited({ host, by, status }: ProgramExit): void {
    if (by !== 'run' && by !== 'fault') this.metrics.ended(host, by === 'itself' && status === 0);
  }
}

interface Setting {
  readonly testbed: Testbed;
  readonly scenario: Scenario;
  readonly watch: Watch;
  readonly recorder: Recorder;
  /** Where what the run leaves is kept until it is taken. */
  readonly folder: string;
}

class EmulatedRun {
  private readonly emulation: Emulation;
  private readonly setting: Setting;
  private readonly receiver: Receiver;
  private readonly lookout: Lookout;
  /** Since the end of the warm-up, or of all where that has not come. */
  private report: SwitchReport | undefined;
  private events = 0;
  /** Somebody has asked by `petri down` that it end. */
  private down = false;

  constructor(emulation: Emulation, setting: Setting) {
    const { recorder, folder, watch } = setting;
    this.emulation = emulation;
    this.setting = setting;
    this.receiver = new Receiver(recorder);
    const names = emulation.plans.map(({ name }) => name);
    const looked = watch.close?.looked ?? nothingLooked;
    this.lookout = new Lookout(folder, names, looked, Math.floor(Date.now() / 1000));
    for (const host of looked.captured) {
      emulation.capture(host, ({ direction, time, bytes }) =>
        this.lookout.packet(host, direction === 'sent' ? 'out' : 'in', time, bytes),
      );
    }
  }

  async toItsEnd(): Promise<Finished> {
    const started = performance.now();
    await this.emulation.start();
    const control = this.openControl(started);
    try {
      return await this.between(started);
    } finally {
      await control.close();
    }
  }

  private async between(started: number): Promise<Finished> {
    const { emulation, lookout } = this;
    const { scenario, recorder, testbed, folder, watch } = this.setting;
    if (scenario.warmup === 0) recorder.startMeasuring(0);
    let partial = false;
    let now = 0;
    const end = Math.min(scenario.duration, watch.close?.until ?? Infinity);
    for (const milestone of milestones(scenario)) {
      now = await this.until(Math.min(milestone, end), started);
      partial = now < milestone;
      await this.measure(now);
      if (partial || milestone >= end) break;
    }
    const drops = emulation.interfaceDrops();
    const fidelity = this.judge(drops);
    const wallSeconds = (performance.now() - started) / 1000;
    await emulation.close();
    return {
      mode: 'emulate',
      recorder,
      digest: '',
      now,
      events: this.events,
      hosts: testbed.hostCount,
      wallSeconds,
      partial,
      fidelity,
      attachments: { hosts: async path => move(join(folder, 'hosts'), path), ...lookout.attachments() },
      discard: () => remove(folder),
    };
  }

  private openControl(started: number): RunControl {
    const { scenario, testbed, folder } = this.setting;
    return new RunControl({
      name: scenario.name,
      testbed,
      emulation: this.emulation,
      folder,
      duration: scenario.duration,
      now: () => (performance.now() - started) * 1e6,
      down: () => {
        this.down = true;
      },
    });
  }

  /** @returns the time, earlier than `milestone` where the user has interrupted the run */
  private async until(milestone: Nanoseconds, started: number): Promise<Nanoseconds> {
    const { emulation } = this;
    const { watch } = this.setting;
    for (;;) {
      const now = Math.round((performance.now() - started) * 1e6);
      watch.progress(Math.min(now, milestone), this.events);
      if (now >= milestone) return milestone;
      if (watch.interrupted || this.down) return now;
      await Promise.race([wait(Math.min(LOOK, (milestone - now) / 1e6)), emulation.failure]);
    }
  }

  /** Ends a window of the time series. What came before the end of the warm-up does not count. */
  private async measure(now: Nanoseconds): Promise<void> {
    const { recorder, scenario } = this.setting;
    const { parcel, report, events } = await this.emulation.take();
    if (parcel) this.receiver.open(parcel);
    this.events = events;
    if (now === scenario.warmup) {
      recorder.startMeasuring(now);
      this.report = undefined;
      return;
    }
    recorder.sample(now);
    this.report = this.report ? mergeReports(this.report, report) : report;
  }

  private judge(interfaceDrops: number): Fidelity {
    const { emulation, report } = this;
    const { scenario, testbed } = this.setting;
    const { waiting, steal } = emulation.programs.report();
    const dropped = report ? report.capacity.slab + report.capacity.kernel : 0;
    const bearing = {
      lateness: report && quantiles(report.lateness),
      packets: report?.packets ?? 0,
      dropped: dropped + interfaceDrops,
      utilisation: report ? utilisation(report) : 0,
      waiting: waiting?.p50 ?? 0,
      steal,
    };
    return judgeFidelity(bearing, scenario.fidelity, testbed.hostCount);
  }
}
