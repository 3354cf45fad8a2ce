// What garbage collection lets programs see: nothing, since it comes at other times in each run.
import { replace } from './internals.ts';

/** Holds on to its target. */
class StrongRef<T extends object> {
  private readonly target: T;

  constructor(target: T) {
    this.target = target;
  }

  deref(): T {
    return this.target;
  }

  get [Symbol.toStringTag](): string {
    return 'WeakRef';
  }
}

/** Never calls back: its targets might as well live on. */
class SilentRegistry {
  register(): void {}

  unregister(): boolean {
    return false;
  }

  get [Symbol.toStringTag](): string {
    return 'FinalizationRegistry';
  }
}

export function installCollection(): void {
  replace(globalThis, 'WeakRef', named(StrongRef, 'WeakRef'));
  replace(globalThis, 'FinalizationRegistry', named(SilentRegistry, 'FinalizationRegistry'));
}

function named<T extends object>(made: T, name: string): T {
  Object.defineProperty(made, 'name', { value: name, configurable: true });
  return made;
}
