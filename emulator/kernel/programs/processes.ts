// Finds the processes of hosts by what none of them can shed: the network namespace.
import { fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The number by which the kernel tells a namespace from others. @param descriptor of the namespace */
export function namespaceNumber(descriptor: number): number {
  return fstatSync(descriptor).ino;
}

/** The processes in namespaces of a kind, by their numbers outside. Those that have ended are in none. */
export function processesIn(kind: 'net' | 'pid', numbers: ReadonlySet<number>): number[] {
  return readdirSync('/proc')
    .filter(name => {
      if (!/^\d+$/.test(name)) return false;
      try {
        return numbers.has(Number(readlinkSync(`/proc/${name}/ns/${kind}`).slice(kind.length + 2, -1)));
      } catch {
        return false; // It has ended since, or is another user's.
      }
    })
    .map(Number);
}

/** The session that a process is in, by the number of its first process; undefined where it has ended. */
export function sessionOf(pid: number): number | undefined {
  try {
    // The command's name, in parentheses, may hold anything.
    return Number(/.*\) \S \d+ \d+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
  } catch {
    return undefined;
  }
}

/** @returns whether there was such a process */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Signals processes, and those that they start meanwhile, as often as there are some that have not been signalled. */
export function signalAll(find: () => readonly number[], name: NodeJS.Signals): void {
  const signalled = new Set<number>();
  for (;;) {
    const found = find().filter(pid => !signalled.has(pid));
    if (found.length === 0) return;
    for (const pid of found) {
      signalled.add(pid);
      signal(pid, name);
    }
  }
}
