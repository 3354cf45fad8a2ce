// The part of a tree of control groups that is a run's: hosts' groups are made in it, with the controllers that they need.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { KernelError } from '../kernel-error.ts';
import type { Controller } from './hierarchies.ts';

const ADVICE = 'or leave the share out of the scenario';
const REMEDY = {
  1: `run as root, ${ADVICE}`,
  2: `run as root, or by systemd-run --user --scope -p Delegate=yes petri ..., ${ADVICE}`,
} as const;

/** Times that a group is tried to be removed, 20 ms apart: its processes are gone in a moment. */
const TRIES = 100;

export class ControlTree {
  readonly version: 1 | 2;
  readonly controllers: readonly Controller[];
  /** The run's own group. */
  private readonly directory: string;
  private readonly parent: string;
  /** Where this process had to go, so that the group that it was in could have groups with controllers. */
  private refuge: string | undefined;

  /**
   * @param parent the group that this process is in
   * @param onMade told of each group before it is made, for the case that the run is killed
   * @throws {KernelError} where this user may not
   */
  constructor(
    version: 1 | 2,
    parent: string,
    controllers: readonly Controller[],
    onMade: (directory: string) => void,
  ) {
    this.version = version;
    this.parent = parent;
    this.controllers = controllers;
    this.directory = join(parent, `petri-${process.pid}`);
    try {
      if (version === 2) this.openParent(onMade);
      onMade(this.directory);
      mkdirSync(this.directory);
      if (version === 2) this.enable(this.directory);
    } catch (error) {
      throw this.refused(error);
    }
  }

  /** Makes a group and writes to its files; to those that a kernel may lack, where it has them. */
  makeGroup(name: string, settings: readonly Setting[]): string {
    const directory = join(this.directory, name);
    try {
      mkdirSync(directory);
      for (const { file, value, optional } of settings) {
        if (!optional || existsSync(join(directory, file))) writeFileSync(join(directory, file), value);
      }
      return directory;
    } catch (error) {
      throw this.refused(error);
    }
  }

  /** Removes the run's group and those in it, whose processes must have ended. */
  async close(): Promise<void> {
    for (const { name } of readdirSync(this.directory, { withFileTypes: true }).filter(e =>
      e.isDirectory(),
    )) {
      await remove(join(this.directory, name));
    }
    await remove(this.directory);
    if (this.refuge === undefined) return;
    writeFileSync(join(this.parent, 'cgroup.subtree_control'), this.controllers.map(c => `-${c}`).join(' '));
    moveAll(this.refuge, this.parent);
    await remove(this.refuge);
  }

  /** In version 2 a group other than the root holds either processes, or groups with controllers. */
  private openParent(onMade: (directory: string) => void): void {
    const enabled = wordsIn(join(this.parent, 'cgroup.subtree_control'));
    if (this.controllers.every(controller => enabled.includes(controller))) return;
    const isRoot = !existsSync(join(this.parent, 'cgroup.type'));
    if (!isRoot && wordsIn(join(this.parent, 'cgroup.procs')).length > 0) {
      this.refuge = join(this.parent, `petri-${process.pid}-own`);
      onMade(this.refuge);
      mkdirSync(this.refuge);
      moveAll(this.parent, this.refuge);
    }
    this.enable(this.parent);
  }

  private enable(directory: string): void {
    writeFileSync(join(directory, 'cgroup.subtree_control'), this.controllers.map(c => `+${c}`).join(' '));
  }

  private refused(error: unknown): KernelError {
    const { code, message } = error as NodeJS.ErrnoException;
    return new KernelError(`cannot limit programs by control groups: ${message}`, REMEDY[this.version], code);
  }
}

/** What to write to a file of a group. */
export interface Setting {
  readonly file: string;
  readonly value: string;
  /** Not every kernel has it. */
  readonly optional?: boolean;
}

function wordsIn(file: string): string[] {
  return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
}

/** Moves this process and those that it has started; others in the group are not Petri's to move. */
function moveAll(from: string, to: string): void {
  for (const pid of wordsIn(join(from, 'cgroup.procs'))) {
    if (Number(pid) === process.pid || parentOf(pid) === process.pid)
      writeFileSync(join(to, 'cgroup.procs'), pid);
  }
}

function parentOf(pid: string): number | undefined {
  try {
    // The command's name, in parentheses, may hold anything.
    return Number(/.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

async function remove(directory: string): Promise<void> {
  for (let left = TRIES; existsSync(directory); left--) {
    try {
      rmdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || left === 0) throw error;
      await wait(20);
    }
  }
}
