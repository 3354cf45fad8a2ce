// The process namespace of a run: whatever is started in it ends with the run, however that ends.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { CLONE_FS, CLONE_NEWNS, MS_REC, MS_SLAVE } from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import { chdir, mount, setns, unshare } from '../syscalls.ts';
import { namespaceNumber, processesIn, signalAll } from './processes.ts';
import { CLONE_NEWPID } from './syscalls.ts';

/**
 * The namespace's first process, by whose end the kernel kills every other one. It ends when the pipe that it reads
 * from does, which only this process holds. Ignoring SIGCHLD it has the kernel take away what daemons leave behind;
 * a shell would not do, which leaves off reading at each of them.
 */
const INIT = `
env --ignore-signal=CHLD true 2>/dev/null && exec env --ignore-signal=CHLD cat
exec cat
`;

/** Holds a namespace by its first process. */
class Init {
  readonly process: ChildProcess;
  /** Descriptor of the namespace. */
  readonly descriptor: number;
  private readonly ended: Promise<unknown>;

  /** To be made by a thread whose next process will be the first one. */
  constructor() {
    this.process = spawn('sh', ['-c', INIT], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    });
    this.ended = once(this.process, 'exit').catch(() => undefined);
    this.process.stdin!.on('error', () => undefined);
    const { pid } = this.process;
    if (pid === undefined) throw new KernelError('cannot start sh', 'install a shell, and start Petri again');
    this.descriptor = openSync(`/proc/${pid}/ns/pid`, 'r');
  }

  async end(): Promise<void> {
    this.process.stdin!.destroy();
    await this.ended;
    closeSync(this.descriptor);
  }
}

/** A thread's own namespaces of processes and mounts, to go back to. */
class Outside {
  private readonly mount = openSync('/proc/thread-self/ns/mnt', 'r');
  private readonly pid = openSync('/proc/thread-self/ns/pid', 'r');
  private readonly directory = process.cwd();

  enterMounts(): void {
    setns(this.mount, CLONE_NEWNS);
    chdir(this.directory); // The kernel has set it to the root.
  }

  /** @returns false where this user may not: the namespace belongs to those who have more rights */
  enterProcesses(): boolean {
    try {
      setns(this.pid, CLONE_NEWPID);
      return true;
    } catch (error) {
      if ((error as KernelError).code !== 'EPERM') throw error;
      return false;
    }
  }

  close(): void {
    closeSync(this.mount);
    closeSync(this.pid);
  }
}

/** The namespace that this thread could not leave, if any. One is all that it can have. */
let stayedIn: Init | undefined;

/**
 * Belongs to the thread that made it. A user who is root in a user namespace alone cannot go back: all processes that
 * the thread starts from then on are in it, it makes no more threads, and the next run shares it.
 */
export class PidNamespace {
  /** Descriptor of the mounts that programs see: those of the thread that made this, and their own /proc. */
  readonly mount: number;
  private readonly outside = new Outside();
  private readonly init: Init;

  /** @throws {KernelError} where this machine does not allow it */
  constructor() {
    try {
      unshare(CLONE_FS | CLONE_NEWNS, 'make a mount namespace');
      this.mount = openSync('/proc/thread-self/ns/mnt', 'r');
      mount('none', '/', null, MS_REC | MS_SLAVE);
      if (!stayedIn) unshare(CLONE_NEWPID, 'make a process namespace');
      this.init = stayedIn ?? new Init();
      // Some containers do not let it be mounted: programs then see process numbers that are not their own.
      spawnSync('mount', ['-t', 'proc', 'proc', '/proc'], { stdio: 'ignore' });
    } finally {
      this.leave();
    }
  }

  /** Descriptor of the namespace. */
  get descriptor(): number {
    return this.init.descriptor;
  }

  /** The process that holds the namespace, as processes outside see it. */
  get initPid(): number {
    return this.init.process.pid!;
  }

  /** All other processes in it. */
  processes(): number[] {
    const numbers = new Set([namespaceNumber(this.descriptor)]);
    return processesIn('pid', numbers).filter(pid => pid !== this.initPid);
  }

  /** Runs a function so that processes which it starts are in the namespace. It must not make threads, nor promises. */
  inside<T>(run: () => T): T {
    // Threads made since the last time share the root with this one, and the kernel moves none that shares it.
    unshare(CLONE_FS, 'give this thread a root of its own');
    try {
      setns(this.mount, CLONE_NEWNS);
      if (!stayedIn) setns(this.descriptor, CLONE_NEWPID);
      return run();
    } finally {
      this.leave();
    }
  }

  /** Kills every process in it. Ends when they are gone; those started by this process it must have waited for. */
  async close(): Promise<void> {
    if (this.init === stayedIn) {
      signalAll(() => this.processes(), 'SIGKILL');
      while (this.processes().length > 0) await wait(5);
    } else await this.init.end();
    closeSync(this.mount);
    this.outside.close();
  }

  private leave(): void {
    this.outside.enterMounts();
    if (!stayedIn && !this.outside.enterProcesses()) stayedIn = this.init;
  }
}
