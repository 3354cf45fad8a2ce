// Runs programs as processes, each in its host.
import { readFileSync } from 'node:fs';
import type { HostPlan } from '../../host-plan.ts';
import type { KernelHosts } from '../hosts.ts';
import type { ControlGroup } from './control-groups.ts';
import { environmentOf } from './environment.ts';
import { findExecutable } from './executable.ts';
import type { Death, Launcher, Life } from './launcher.ts';
import { outputFile } from './output.ts';
import type { PidNamespace } from './pid-namespace.ts';
import type { CommandPlan } from './plan.ts';
import { namespaceNumber, processesIn, sessionOf, signalAll } from './processes.ts';
import { ProgramError } from './program-error.ts';
import { type Command, withoutRawSockets } from './raw-sockets.ts';
import { endedChild, reap, spawnProcess } from './syscalls.ts';

/** What of the hosts programs need. */
export type HostSpace = Pick<KernelHosts, 'inside' | 'namespaceDescriptors' | 'ipv6'>;

interface Child {
  readonly died: (death: Death) => void;
  /** Undefined where it has no group that counts them. */
  readonly group: ControlGroup | undefined;
  readonly killsBefore: number;
}

export class ProcessLauncher implements Launcher<CommandPlan> {
  private readonly hosts: readonly HostPlan[];
  private readonly space: HostSpace;
  private readonly namespace: PidNamespace;
  /** The groups of those hosts that have some. */
  private readonly groups: ReadonlyMap<number, ControlGroup>;
  private readonly children = new Map<number, Child>();

  constructor(
    hosts: readonly HostPlan[],
    space: HostSpace,
    namespace: PidNamespace,
    groups: ReadonlyMap<number, ControlGroup>,
  ) {
    this.hosts = hosts;
    this.space = space;
    this.namespace = namespace;
    this.groups = groups;
  }

  launch(plan: CommandPlan, died: (death: Death) => void): Life {
    const pid = this.start(plan);
    const group = this.groups.get(plan.host);
    this.children.set(pid, { died, group, killsBefore: memoryKills(group) });
    const network = new Set([namespaceNumber(this.space.namespaceDescriptors(plan.host).net)]);
    const everything = () => processesIn('net', network);
    const itself = () => everything().filter(process => sessionOf(process) === pid);
    return {
      pid,
      clear: () => signalAll(itself, 'SIGKILL'),
      kill: () => signalAll(everything, 'SIGKILL'),
      gone: () => !this.children.has(pid) && everything().length === 0,
      pause: () => signalAll(everything, 'SIGSTOP'),
      resume: () => signalAll(everything, 'SIGCONT'),
    };
  }

  /** Tells of the processes that have ended since the last time. */
  reap(): void {
    for (let ended = endedChild(); ended !== 0; ended = endedChild()) {
      // A child of someone else's hides those behind it until it is waited for.
      const ours = this.children.has(ended) ? [ended] : [...this.children.keys()];
      const reaped = ours.filter(pid => this.tryReap(pid));
      if (reaped.length === 0) return;
    }
  }

  private tryReap(pid: number): boolean {
    const ending = reap(pid);
    if (!ending) return false;
    const { died, group, killsBefore } = this.children.get(pid)!;
    this.children.delete(pid);
    // A process of its own may have been the victim, and it ends because of that. Elsewhere that is not to be told.
    const suspect = group ? ending.status !== 0 : ending.signal === 'SIGKILL';
    died({ ...ending, memory: suspect && memoryKills(group) > killsBefore });
    return true;
  }

  private start(plan: CommandPlan): number {
    const { host, slice, argv, directory, logs } = plan;
    const { name } = this.hosts[host];
    const env = environmentOf(plan, this.hosts[host]);
    const found = findExecutable(argv[0], env.PATH);
    if ('problem' in found) throw new ProgramError(slice, name, found.problem);
    const entries = this.groups.get(host)?.entries ?? [];
    const itself = { file: found.file, argv };
    const command = plan.raw === false ? withoutRawSockets(itself) : itself;
    const birth = {
      ...(entries.length > 0 ? entering(entries, command) : command),
      env,
      directory,
      stdout: outputFile(logs, 'stdout'),
      stderr: outputFile(logs, 'stderr'),
    };
    try {
      return this.space.inside(host, () => this.namespace.inside(() => spawnProcess(birth)));
    } catch (error) {
      throw new ProgramError(slice, name, (error as Error).message);
    }
  }
}

/** A command that first enters control groups: memory that it uses from its first moment on counts. */
function entering(entries: readonly string[], { file, argv }: Command): Command {
  const enter = entries.map(file => `echo 0 > '${file.replaceAll("'", `'\\''`)}'`);
  return {
    file: '/bin/sh',
    argv: ['sh', '-c', `${enter.join(' && ')} && exec "$@"`, 'sh', file, ...argv.slice(1)],
  };
}

/** Processes that the kernel has killed because memory ran out: in a group, or on this machine. */
function memoryKills(group: ControlGroup | undefined): number {
  if (group) return group.memoryKills();
  return Number(/^oom_kill (\d+)/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
}
