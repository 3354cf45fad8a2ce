// Control groups: what holds a host's program to its share of processor and memory.
import { join } from 'node:path';
import { KernelError } from '../kernel-error.ts';
import { textOf } from '../limits.ts';
import { ControlTree, type Setting } from './control-tree.ts';
import { type Controller, findHierarchies, type Hierarchies } from './hierarchies.ts';
import type { Share } from './plan.ts';

/** Microseconds over which the kernel counts a processor quota, and the least quota that it takes. */
const PERIOD = 100_000;
const LONGEST_PERIOD = 1_000_000;
const LEAST_QUOTA = 1000;
/** The least share that the kernel can hold a program to, of a core. */
export const LEAST_CPU = LEAST_QUOTA / LONGEST_PERIOD;

/** The groups of one host. */
export interface ControlGroup {
  /** A process that writes `0` to each of these has entered. */
  readonly entries: readonly string[];
  /** How many of its processes the kernel has killed because memory ran out. */
  memoryKills(): number;
}

/** What the kernel must control to hold a program to its share. */
export function controllersFor({ cpu, memory }: Share): Controller[] {
  const controllers: Controller[] = [];
  if (cpu < Infinity) controllers.push('cpu');
  if (memory < Infinity) controllers.push('memory');
  return controllers;
}

/** The control groups of a run. */
export class ControlGroups {
  private readonly trees: readonly ControlTree[];

  /**
   * @param needed at least one
   * @param onMade told of each group before it is made, for the case that the run is killed
   * @throws {KernelError} where this machine has no such control groups, or not for this user
   */
  constructor(
    needed: readonly Controller[],
    onMade: (directory: string) => void = () => undefined,
    hierarchies: Hierarchies = findHierarchies(),
  ) {
    const byParent = new Map<string, { version: 1 | 2; controllers: Controller[] }>();
    for (const controller of new Set(needed)) {
      const hierarchy = hierarchies[controller];
      if (!hierarchy) throw missing(controller);
      const { version, directory } = hierarchy;
      const controllers = byParent.get(directory)?.controllers ?? [];
      byParent.set(directory, { version, controllers: [...controllers, controller] });
    }
    this.trees = [...byParent].map(
      ([parent, { version, controllers }]) => new ControlTree(version, parent, controllers, onMade),
    );
  }

  /** Makes the groups of a host. @throws {KernelError} */
  make(host: number, share: Share): ControlGroup {
    const wanted = controllersFor(share);
    const groups = this.trees
      .map(({ version, controllers }, index) => ({
        tree: this.trees[index],
        version,
        controllers: controllers.filter(controller => wanted.includes(controller)),
      }))
      .filter(({ controllers }) => controllers.length > 0)
      .map(({ tree, version, controllers }) => ({
        version,
        controllers,
        directory: tree.makeGroup(
          `host-${host}`,
          controllers.flatMap(controller => settings(version, controller, share)),
        ),
      }));
    const counter = groups
      .filter(({ controllers }) => controllers.includes('memory'))
      .map(({ version, directory }) =>
        join(directory, version === 1 ? 'memory.oom_control' : 'memory.events'),
      )[0];
    return {
      entries: groups.map(({ directory }) => join(directory, 'cgroup.procs')),
      memoryKills: () => (counter === undefined ? 0 : killsIn(counter)),
    };
  }

  /** Removes all groups, whose processes must have ended. */
  async close(): Promise<void> {
    for (const tree of this.trees) await tree.close();
  }
}

function missing(controller: Controller): KernelError {
  return new KernelError(
    `cannot limit programs: this machine has no control groups for ${controller}`,
    `mount them (mount -t cgroup2 none /sys/fs/cgroup), or leave the share out of the scenario`,
  );
}

function settings(version: 1 | 2, controller: Controller, { cpu, memory }: Share): Setting[] {
  if (controller === 'memory') {
    const value = String(Math.floor(memory));
    // Memory that may be swapped out instead would be no limit.
    return version === 1
      ? [
          { file: 'memory.limit_in_bytes', value },
          { file: 'memory.memsw.limit_in_bytes', value, optional: true },
        ]
      : [
          { file: 'memory.max', value },
          { file: 'memory.swap.max', value: '0', optional: true },
        ];
  }
  const period = cpu * PERIOD >= LEAST_QUOTA ? PERIOD : LONGEST_PERIOD;
  const quota = Math.max(LEAST_QUOTA, Math.round(cpu * period));
  return version === 1
    ? [
        { file: 'cpu.cfs_period_us', value: String(period) },
        { file: 'cpu.cfs_quota_us', value: String(quota) },
      ]
    : [{ file: 'cpu.max', value: `${quota} ${period}` }];
}

function killsIn(file: string): number {
  return Number(/^oom_kill (\d+)/m.exec(textOf(file) ?? '')?.[1] ?? 0);
}
