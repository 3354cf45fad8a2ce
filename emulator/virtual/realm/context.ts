// Asynchronous context: what AsyncLocalStorage knows where something was asked for, kept until it comes.
import { AsyncResource } from 'node:async_hooks';
import { internal } from './internals.ts';

/** Where something was asked for. Undefined: nobody has anything stored. */
export type Context = { run(call: () => void): void } | undefined;

interface Frames {
  readonly enabled?: boolean;
  current(): unknown;
  exchange(frame: unknown): unknown;
  set(frame: unknown): void;
}

const { enabledHooksExist } = internal<{ enabledHooksExist(): boolean }>('internal/async_hooks');
const frames = contextFrames();

/** Node.js 24 keeps contexts in frames; earlier versions in the resources of asynchronous operations. */
function contextFrames(): Frames | undefined {
  try {
    const found = internal<Frames>('internal/async_context_frame');
    return found.enabled ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The context of the code that runs. @param type what asks, as async_hooks names it */
export function captureContext(type: string): Context {
  if (enabledHooksExist()) {
    const resource = new AsyncResource(type);
    const frame = frames?.current();
    return { run: call => resource.runInAsyncScope(() => inFrame(frame, call)) };
  }
  const frame = frames?.current();
  return frame === undefined ? undefined : { run: call => inFrame(frame, call) };
}

function inFrame(frame: unknown, call: () => void): void {
  if (frames === undefined) {
    call();
    return;
  }
  const outer = frames.exchange(frame);
  try {
    call();
  } finally {
    frames.set(outer);
  }
}

/** Calls in a context. */
export function inContext(context: Context, call: () => void): void {
  if (context === undefined) call();
  else context.run(call);
}
