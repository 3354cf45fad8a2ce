// Mode `virtual`: runs the scenario's programs as they are, in virtual time, in one worker thread.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { planHosts } from '../emulator/host-plan.ts';
import { sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import { Receiver } from '../results/courier.ts';
import { Recorder } from '../results/recorder.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { Answers } from './answers.ts';
import { EPOCH } from './epoch.ts';
import { MachineError, UsageError } from './exit.ts';
import type { Finished, Watch } from './finished.ts';
import { remove, runFolder } from './folder.ts';
import { HostLogs } from './host-logs.ts';
import { Lookout, nothingLooked } from './lookout.ts';
import { warn } from './output.ts';
import { type ProgramPlan, planPrograms } from './program-plans.ts';
import { Services } from './services.ts';
import type { FromVirtual, VirtualPlan } from './virtual-messages.ts';

/** @throws {ServiceError} where a service cannot be bundled */
export async function runVirtual(testbed: Testbed, scenario: Scenario, watch: Watch): Promise<Finished> {
  const plan = await virtualPlan(testbed, scenario, watch);
  const { names } = sliversOf(testbed);
  return new VirtualModeRun(plan, names, watch).toItsEnd();
}

function withAnswers(program: ProgramPlan, { answered }: Watch): ProgramPlan {
  const wanted = answered !== undefined && program.code.kind === 'service' && program.args[0] === 'ping';
  return wanted ? { ...program, args: [...program.args, '--answers'] } : program;
}

/** What the hosts' thread needs, the services bundled. @throws {ServiceError} */
export async function virtualPlan(testbed: Testbed, scenario: Scenario, watch: Watch): Promise<VirtualPlan> {
  const plans = planHosts(sliversOf(testbed).names);
  const programs = planPrograms(testbed, plans).map(program => withAnswers(program, watch));
  const bundled = await Services.of(programs, false);
  const services = bundled.all();
  const serviceOf = programs.map(({ code }) => {
    // Commands have been refused.
    if (code.kind !== 'service') throw new Error(`${code.program} is no service`);
    return services.indexOf(bundled.of(code));
  });
  return {
    scenario,
    services,
    programs,
    serviceOf,
    epoch: EPOCH,
    until: Math.min(scenario.duration, watch.close?.until ?? Infinity),
    ...(watch.close?.looked ?? nothingLooked),
    answers: watch.answered !== undefined,
    debugged: watch.close?.inspect ?? false,
    stop: new Int32Array(new SharedArrayBuffer(4)),
  };
}

/** Starts the thread of the hosts; it posts `FromVirtual` messages. */
export function startWorld(plan: VirtualPlan): Worker {
  // The thread takes it from the process.
  process.env.TZ = 'UTC';
  return new Worker(new URL('./virtual-worker.js', import.meta.url), {
    workerData: plan,
    execArgv: ['--expose-internals', '--no-warnings'],
    // Real jobs of the programs' end in the order in which they began.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
}

/**
 * Hears a thread of hosts, and ends it.
 * @param take what a message comes to; undefined: wait for the next
 * @throws {MachineError} where virtual time does not work on this Node.js
 */
export async function hearWorld<T>(
  worker: Worker,
  take: (message: FromVirtual) => T | undefined,
): Promise<T> {
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread of the virtual hosts has ended')));
      worker.on('message', (message: FromVirtual) => {
        if (message.kind === 'refused') reject(new MachineError(message.why));
        const taken = take(message);
        if (taken !== undefined) resolve(taken);
      });
    });
  } finally {
    await worker.terminate();
  }
}

class VirtualModeRun {
  private readonly plan: VirtualPlan;
  private readonly names: readonly string[];
  private readonly watch: Watch;
  private readonly recorder = new Recorder();
  private readonly receiver = new Receiver(this.recorder);
  private readonly folder = runFolder();
  private readonly logs = new HostLogs(join(this.folder, 'hosts'));
  private readonly lookout: Lookout;
  private readonly answers: Answers | undefined;
  private nodesUp = 0;
  private dead = 0;

  constructor(plan: VirtualPlan, names: readonly string[], watch: Watch) {
    this.plan = plan;
    this.names = names;
    this.watch = watch;
    this.lookout = new Lookout(this.folder, names, plan, plan.epoch / 1000);
    this.answers = watch.answered && new Answers(watch.answered);
    this.recorder.gauge('nodes.up', () => this.nodesUp);
    if (plan.scenario.warmup === 0) this.recorder.startMeasuring(0);
  }

  async toItsEnd(): Promise<Finished> {
    const { plan, recorder, logs, names, lookout } = this;
    const closeInspector = plan.debugged ? await openInspector() : () => undefined;
    const started = performance.now();
    try {
      const { now, events, digest, failure } = await hearWorld(startWorld(plan), message =>
        this.hear(message),
      );
      if (failure !== undefined) throw new UsageError(failure);
      return {
        mode: 'virtual',
        recorder,
        digest,
        now,
        events,
        hosts: names.length,
        wallSeconds: (performance.now() - started) / 1000,
        partial: now < plan.scenario.duration,
        attachments: { hosts: async path => logs.moveTo(path), ...lookout.attachments() },
        discard: () => remove(this.folder),
      };
    } catch (error) {
      remove(this.folder);
      throw error;
    } finally {
      closeInspector();
    }
  }

  private hear(message: FromVirtual): Extract<FromVirtual, { kind: 'ended' }> | undefined {
    if (this.watch.interrupted) Atomics.store(this.plan.stop, 0, 1);
    if (message.kind === 'ended') return message;
    this.take(message);
    return undefined;
  }

  private take(message: FromVirtual): void {
    const { recorder, names, plan } = this;
    switch (message.kind) {
      case 'progress':
        this.watch.progress(message.now, message.events);
        break;
      case 'milestone':
        if (message.parcel) this.receiver.open(message.parcel);
        this.nodesUp = message.nodesUp;
        if (message.now === plan.scenario.warmup) recorder.startMeasuring(message.now);
        else recorder.sample(message.now);
        break;
      case 'output':
        this.logs.append(names[message.host], message.text);
        break;
      case 'json':
        this.answers?.take(message.host, message.line);
        break;
      case 'trace':
        this.lookout.trace(message.host, message.time, message.text);
        break;
      case 'packet':
        this.lookout.packet(message.host, message.direction, message.time, message.bytes);
        break;
      case 'died':
        this.tellOfDeath(message);
        break;
    }
  }

  /** The command that runs to this moment and no further. */
  private replay(time: Nanoseconds): string {
    const { command } = this.watch.close ?? {};
    return command === undefined
      ? ''
      : `\n  replay: ${command} --seed ${this.plan.scenario.seed} --until ${time}ns`;
  }

  private tellOfDeath({ host, time, how }: Extract<FromVirtual, { kind: 'died' }>): void {
    const text = `${this.names[host]} at ${formatDuration(time)}: ${how}`;
    this.logs.append(this.names[host], `${text}\n`);
    if (this.dead++ < MOST_DEATHS) warn(text + this.replay(time));
    else if (this.dead === MOST_DEATHS + 1) warn('further programs have died: see the logs of the hosts');
  }
}

/**
 * Lets a debugger attach to this process and, through it, to the thread of the hosts; waits for one.
 * @returns lets go of it
 */
async function openInspector(): Promise<() => void> {
  const inspector = await import('node:inspector');
  inspector.open(0);
  warn(`waiting for a debugger at ${inspector.url()}`);
  inspector.waitForDebugger();
  return () => inspector.close();
}

/** Deaths of programs that are told in full. */
const MOST_DEATHS = 5;
