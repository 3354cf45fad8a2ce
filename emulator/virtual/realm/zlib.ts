// zlib: what another thread would do is done at once, and told in an event.
import { captureContext, inContext } from './context.ts';
import { binding, replace } from './internals.ts';
import { running } from './running.ts';
import { LOOP_TURN } from './timers.ts';

interface Compressor {
  init(...args: unknown[]): unknown;
  write(...args: unknown[]): void;
  writeSync(...args: unknown[]): void;
  close(): void;
}

/** What is told of a compressor's work, by the compressor; none once it is closed. */
const told = new WeakMap<Compressor, () => void>();

function virtual(prototype: Compressor): void {
  const { init, write, close } = prototype;
  replace(prototype, 'init', function (this: Compressor, ...args: unknown[]) {
    const callback = args.find(argument => typeof argument === 'function');
    if (callback !== undefined) told.set(this, callback as () => void);
    return init.apply(this, args);
  });
  replace(prototype, 'write', function (this: Compressor, ...args: unknown[]) {
    const { machine } = running;
    if (machine === undefined) {
      write.apply(this, args);
      return;
    }
    this.writeSync(...args);
    const context = captureContext('ZLIB');
    machine.references++;
    machine.after(LOOP_TURN, () => {
      machine.references--;
      inContext(context, () => told.get(this)?.call(this));
    });
  });
  replace(prototype, 'close', function (this: Compressor) {
    told.delete(this);
    close.call(this);
  });
}

export function installZlib(): void {
  const classes = binding<Record<string, { prototype: Compressor } | undefined>>('zlib');
  for (const name of ['Zlib', 'BrotliEncoder', 'BrotliDecoder', 'ZstdCompress', 'ZstdDecompress']) {
    const found = classes[name];
    if (found !== undefined) virtual(found.prototype);
  }
}
