// The control of an emulated run that is up: what `petri hosts`, `exec`, `logs`, `capture`, `fault` and `down` ask of it.
import type { ControlHandlers, HostStatus } from '../emulator/kernel/control/protocol.ts';
import { RunState } from '../emulator/kernel/control/run-state.ts';
import { ControlServer } from '../emulator/kernel/control/server.ts';
import type { Testbed } from '../models/testbed.ts';
import { compileFaultText } from '../scenarios/fault-text.ts';
import { stream } from '../sim/random.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { refuseClockFaults } from './emulated-scenario.ts';
import type { Emulation } from './emulation.ts';

export interface ControlledRun {
  readonly name: string;
  readonly testbed: Testbed;
  readonly emulation: Emulation;
  readonly folder: string;
  /** Undefined: it does not end by itself. */
  readonly duration: Nanoseconds | undefined;
  /** Has begun when the run's clock is at 0. */
  now(): Nanoseconds;
  /** Somebody wants it to end. */
  down(): void;
}

export class RunControl {
  /** By which `--run` finds it. */
  readonly name: string;
  private readonly run: ControlledRun;
  private readonly state: RunState;
  private readonly server: ControlServer;
  private faults = 0;

  constructor(run: ControlledRun) {
    this.run = run;
    this.state = new RunState(run.name, run.emulation.janitor);
    this.name = this.state.name;
    this.server = new ControlServer(this.state.socket, run.emulation.plans, this.handlers());
  }

  async close(): Promise<void> {
    await this.server.close();
    this.state.close();
  }

  private handlers(): ControlHandlers {
    const { emulation, down } = this.run;
    const { programs } = emulation;
    return {
      status: () => this.status(),
      hosts: () =>
        emulation.plans.map(
          (plan, host): HostStatus => ({
            ...plan,
            state: programs.state(host),
            pid: programs.pid(host),
            restarts: programs.restarts(host),
          }),
        ),
      enter: host => programs.entrance(host),
      logs: host => {
        const logs = programs.logs(host);
        if (logs === undefined) throw new Error(`${emulation.plans[host].name} runs no program`);
        return logs;
      },
      fault: text => this.fault(text),
      down,
      capture: (host, frame) =>
        emulation.capture(host, ({ time, direction, bytes }) =>
          frame({ time, direction: direction === 'sent' ? 'out' : 'in', bytes }),
        ),
    };
  }

  private status() {
    const { name, duration, folder, emulation } = this.run;
    const now = this.run.now();
    return {
      scenario: name,
      pid: process.pid,
      startedAt: Date.now() - now / 1e6,
      left: duration === undefined ? undefined : Math.max(0, duration - now) / 1e9,
      hosts: emulation.plans.length,
      directory: folder,
    };
  }

  private fault(text: string): string {
    const { testbed, emulation } = this.run;
    const random = stream(testbed.seed, 'faults', `typed ${this.faults++}`);
    const events = compileFaultText(text, testbed.nodes, 0, random);
    refuseClockFaults(events.map(({ kind }) => kind));
    emulation.inject(events);
    return events
      .map(event => {
        const what = 'node' in event ? `${event.kind} ${testbed.nodes.names[event.node]}` : event.kind;
        return event.at === 0 ? what : `${what} in ${formatDuration(event.at)}`;
      })
      .join('\n');
  }
}
