// What other threads would do for a program: compile WebAssembly, wake it, wait for it.
import { replace } from './internals.ts';
import { running } from './running.ts';
import { unsupported } from './unsupported.ts';

interface Wasm {
  readonly Module: new (source: unknown) => object;
  readonly Instance: new (module: object, imports: unknown) => object;
  compile(source: unknown): Promise<object>;
  instantiate(source: unknown, imports?: unknown): Promise<object>;
}

/** Compiles at once, so that nothing comes from another thread. */
function installWebAssembly(): void {
  const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
  const { compile, instantiate, Module, Instance } = wasm;
  replace(wasm, 'compile', async (source: unknown) =>
    running.machine === undefined ? compile(source) : new Module(source),
  );
  replace(wasm, 'instantiate', async (source: unknown, imports?: unknown) => {
    if (running.machine === undefined) return instantiate(source, imports);
    if (source instanceof Module) return new Instance(source, imports);
    const module = new Module(source);
    return { module, instance: new Instance(module, imports) };
  });
}

/** There is no other thread to wait for. */
function installAtomics(): void {
  const atomics = Atomics as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  for (const name of ['wait', 'waitAsync']) {
    const original = atomics[name];
    if (original === undefined) continue;
    replace(Atomics, name, (...args: unknown[]) => {
      if (running.machine !== undefined) throw unsupported(`Atomics.${name}`);
      return original(...args);
    });
  }
}

/** A deadline's signal holds its timer, so that garbage collection does not decide whether it comes. */
function installDeadlines(): void {
  const original = AbortSignal.timeout;
  replace(AbortSignal, 'timeout', (delay: number) => {
    if (running.machine === undefined) return original.call(AbortSignal, delay);
    const controller = new AbortController();
    const timer = globalThis.setTimeout(
      () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      delay,
    );
    timer.unref();
    return controller.signal;
  });
}

export function installThreads(): void {
  installWebAssembly();
  installAtomics();
  installDeadlines();
}
