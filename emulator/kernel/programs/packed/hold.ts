// Holds an instance as SIGSTOP holds a process: what comes waits in the kernel, where it can, or here.
import type { Handle, Instance } from './instances.ts';

type Callback = (...args: unknown[]) => void;

export class Hold {
  private readonly handles: readonly Handle[];
  /** What would have happened meanwhile. */
  private readonly missed = new Map<unknown, () => void>();
  private readonly undo: (() => void)[] = [];

  constructor({ handles, timers }: Instance) {
    this.handles = [...handles];
    for (const handle of this.handles) {
      handle.readStop?.();
      handle.recvStop?.();
      this.intercept(handle, 'onconnection', ([, connection]) => connection);
    }
    // An interval that has come many times comes once.
    for (const timer of timers) this.intercept(timer, '_onTimeout', () => timer);
  }

  release(): void {
    for (const undo of this.undo) undo();
    for (const happen of this.missed.values()) happen();
    for (const handle of this.handles) {
      if (handle.reading) handle.readStart?.();
      // A socket that has no address would be given one.
      if (handle.getsockname?.({}) === 0) handle.recvStart?.();
    }
  }

  /** @param key of what happens: of the same, only the last is kept */
  private intercept<K extends 'onconnection' | '_onTimeout'>(
    target: { [name in K]?: Callback | null },
    name: K,
    key: (args: readonly unknown[]) => unknown,
  ): void {
    const original = target[name];
    if (!original) return;
    const later: Callback = (...args) => {
      this.missed.set(key(args), () => original.apply(target, args));
    };
    target[name] = later;
    this.undo.push(() => {
      // What the instance has put there since stays.
      if (target[name] === later) target[name] = original;
    });
  }
}
