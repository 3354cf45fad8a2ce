// Limits of this machine on what a run needs, checked before anything is made, each with the remedy.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelError } from './kernel-error.ts';
import { descriptorLimit, raiseDescriptorLimit } from './syscalls.ts';

/** Descriptors a host: its interface and its two namespaces. */
export const DESCRIPTORS_PER_HOST = 3;
/** What Node.js, its workers and the switch hold besides. */
export const DESCRIPTORS_BESIDES = 128;

/** What a run will need beside its hosts. */
export interface Needs {
  readonly descriptors?: number;
  readonly processes?: number;
}

/** A limit that a run would meet: what there is, what it needs and how to get there. */
export interface Shortage {
  readonly what: string;
  readonly limit: number;
  readonly needed: number;
  readonly remedy: string;
}

/**
 * Raises this process's limit of open files as far as the run needs and the kernel allows, and checks the other limits.
 * @throws {KernelError} that names every limit that is too low
 */
export function ensureLimits(hosts: number, needs: Needs): void {
  const shortages = [
    descriptorShortage(hosts, needs.descriptors ?? 0),
    ...namespaceShortages(hosts),
    ...processShortages(needs.processes ?? 0),
  ].filter(shortage => shortage !== undefined);
  if (shortages.length === 0) return;
  const what = shortages.map(({ what, limit, needed }) => `${what} ${limit}, ${needed} needed`).join('; ');
  const remedy = shortages.map(({ remedy }) => remedy).join('; ');
  throw new KernelError(
    `${hosts} hosts are more than this machine's limits allow: ${what}`,
    `raise them: ${remedy}`,
  );
}

function descriptorShortage(hosts: number, besides: number): Shortage | undefined {
  const open = readdirSync('/proc/self/fd').length;
  const needed = open + DESCRIPTORS_PER_HOST * hosts + DESCRIPTORS_BESIDES + besides;
  const { soft, hard } = descriptorLimit();
  if (needed <= soft || raiseDescriptorLimit(needed, Math.max(needed, hard))) return undefined;
  const remedy = `ulimit -n ${needed}, or sysctl -w fs.nr_open=${needed} where that is refused`;
  return { what: 'open files a process', limit: hard, needed, remedy };
}

function namespaceShortages(hosts: number): (Shortage | undefined)[] {
  return ['net', 'uts'].map(kind => {
    const file = `user.max_${kind}_namespaces`;
    return shortage(`namespaces (${file})`, sysctl(file), hosts + 2, needed => `sysctl -w ${file}=${needed}`);
  });
}

type Limit = readonly [what: string, limit: number, remedy: (needed: number) => string];

function processShortages(processes: number): (Shortage | undefined)[] {
  const inUse = readdirSync('/proc').filter(name => /^\d+$/.test(name)).length;
  const needed = inUse + processes;
  const limits: readonly Limit[] = [
    ['process numbers (kernel.pid_max)', sysctl('kernel.pid_max'), n => `sysctl -w kernel.pid_max=${n}`],
    ['threads (kernel.threads-max)', sysctl('kernel.threads-max'), n => `sysctl -w kernel.threads-max=${n}`],
    ['processes of this user', userProcessLimit(), n => `ulimit -u ${n}`],
    ...cgroupPidLimits(),
  ];
  return limits.map(([what, limit, remedy]) => shortage(what, limit, needed, remedy));
}

function shortage(
  what: string,
  limit: number,
  needed: number,
  remedy: (needed: number) => string,
): Shortage | undefined {
  return needed <= limit ? undefined : { what, limit, needed, remedy: remedy(needed) };
}

/** A kernel parameter that is a number; Infinity where this kernel has none of that name. */
export function sysctl(name: string): number {
  return numberIn(`/proc/sys/${name.replaceAll('.', '/')}`);
}

function numberIn(file: string): number {
  const text = textOf(file)?.trim();
  return text === undefined || !/^\d+$/.test(text) ? Infinity : Number(text);
}

/** A file's text; undefined where it is not there or not to be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function userProcessLimit(): number {
  if (process.geteuid?.() === 0) return Infinity;
  const value = /^Max processes\s+(\S+)/m.exec(textOf('/proc/self/limits') ?? '')?.[1];
  return value === undefined || value === 'unlimited' ? Infinity : Number(value);
}

/** The limits on processes of the control groups (version 1 or 2) that this process is in. */
function cgroupPidLimits(): Limit[] {
  const lines = (textOf('/proc/self/cgroup') ?? '').trim().split('\n');
  return lines.flatMap(line => {
    const [number, controllers, ...rest] = line.split(':');
    const roots =
      number === '0'
        ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']
        : controllers === 'pids'
          ? ['/sys/fs/cgroup/pids']
          : [];
    return roots
      .map(root => join(root, rest.join(':'), 'pids.max'))
      .filter(file => existsSync(file))
      .map((file): Limit => [`processes (${file})`, numberIn(file), n => `echo ${n} > ${file}`]);
  });
}
