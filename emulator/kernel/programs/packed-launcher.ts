// Runs Node.js services many to a process, whose sockets open in the hosts all the same.
import { availableParallelism } from 'node:os';
import type { ServiceBundle } from '../../service/bundle.ts';
import type { Death, Launcher, Life } from './launcher.ts';
import type { PackedPlan, ProgramPlan } from './plan.ts';
import { SharedProcess, type SharedSurroundings } from './shared-process.ts';

/** Instances of a service for which another process, on another core, is worth its memory. */
const WORTH_A_PROCESS = 32;

/** Processes that so many instances of one service share. */
function processesFor(instances: number): number {
  return Math.min(availableParallelism(), Math.ceil(instances / WORTH_A_PROCESS));
}

function byBundle(plans: readonly ProgramPlan[]): Map<ServiceBundle, number[]> {
  const hosts = new Map<ServiceBundle, number[]>();
  for (const plan of plans) {
    if (plan.kind !== 'packed') continue;
    const known = hosts.get(plan.bundle);
    if (known) known.push(plan.host);
    else hosts.set(plan.bundle, [plan.host]);
  }
  return hosts;
}

/** Processes that the packed ones of these plans will share. */
export function sharedProcesses(plans: readonly ProgramPlan[]): number {
  return [...byBundle(plans).values()].reduce((sum, { length }) => sum + processesFor(length), 0);
}

export class PackedLauncher implements Launcher<PackedPlan> {
  private readonly ofHost = new Map<number, SharedProcess>();
  private readonly all: SharedProcess[] = [];

  /** @param plans of the whole run: they settle which hosts share a process */
  constructor(plans: readonly ProgramPlan[], surroundings: SharedSurroundings) {
    for (const [bundle, hosts] of byBundle(plans)) {
      const count = processesFor(hosts.length);
      for (let share = 0; share < count; share++) {
        const own = hosts.filter((_, index) => index % count === share);
        const process = new SharedProcess(bundle, own, surroundings);
        this.all.push(process);
        for (const host of own) this.ofHost.set(host, process);
      }
    }
  }

  launch(plan: PackedPlan, died: (death: Death) => void): Life {
    return this.ofHost.get(plan.host)!.launch(plan, died);
  }

  /** Ends when the processes, which must have been told to end, have. */
  async close(): Promise<void> {
    for (const process of this.all) await process.ended;
  }
}
