// Where a thread comes from: its namespaces, to which it goes back from a host's.
import { CLONE_FS, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUTS, O_RDONLY } from './constants.ts';
import { chdir, close, open, setns, unshare } from './syscalls.ts';

/** A namespace of this thread's. Programs that are started do not inherit the descriptor. */
export function openNamespace(kind: 'net' | 'uts' | 'mnt'): number {
  return open(`/proc/thread-self/ns/${kind}`, O_RDONLY);
}

export class Home {
  private readonly net: number;
  private readonly uts: number;
  private readonly mount: number;

  /** Takes a copy of the thread's UTS namespace as its home: of one above the user namespace it could not come back. */
  constructor() {
    unshare(CLONE_NEWUTS, 'make a UTS namespace');
    this.net = openNamespace('net');
    this.uts = openNamespace('uts');
    this.mount = openNamespace('mnt');
  }

  /** Takes the thread back to its network and its host name. */
  enter(): void {
    setns(this.net, CLONE_NEWNET);
    setns(this.uts, CLONE_NEWUTS);
  }

  /** Takes the thread back to its mounts, too, for good. */
  enterForGood(): void {
    this.enter();
    // Threads made since then share the root with this one, and the kernel moves none that shares it.
    unshare(CLONE_FS, 'give this thread a root of its own');
    const directory = process.cwd();
    setns(this.mount, CLONE_NEWNS);
    chdir(directory); // The kernel has set it to the root.
    for (const descriptor of [this.net, this.uts, this.mount]) close(descriptor);
  }
}
