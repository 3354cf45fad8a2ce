// Which machine's code runs, and the ways in and out of its code. One thread has one realm, hence the state of the module.
import { binding, internal } from './internals.ts';
import type { Machine } from './machine.ts';
import { pristine } from './pristine.ts';

interface Running {
  /** The machine whose code runs; undefined while the simulation's own does. */
  machine: Machine | undefined;
  /** The machines whose code has run in this event. */
  readonly ran: Machine[];
  /** Jobs that other threads do for the machines that ran. */
  jobs: number;
}

export const running: Running = { machine: undefined, ran: [], jobs: 0 };

/** The machine whose code runs. @throws {Error} outside of programs */
export function machineOf(what: string): Machine {
  const { machine } = running;
  if (machine === undefined) throw new Error(`${what} outside of a simulated host`);
  return machine;
}

const { clearAsyncIdStack } = internal<{ clearAsyncIdStack(): void }>('internal/async_hooks');
const { immediateInfo } = binding<{ readonly immediateInfo: Uint32Array }>('timers');
/** Index of the number of immediates that keep the thread alive: C++ counts its own here, too. */
const REFERENCED = 1;

const tick = (pristine.process as unknown as { readonly _tickCallback: () => void })._tickCallback.bind(
  pristine.process,
);
const activeRequests = (
  pristine.process as unknown as { readonly _getActiveRequests: () => unknown[] }
)._getActiveRequests.bind(pristine.process);

/**
 * Runs a machine's code as its event loop would: what it throws is the machine's affair, and its ticks and promises are
 * carried out before this returns. From within the machine's code it is a call and no more.
 */
export function upcall(machine: Machine, run: () => void): void {
  if (machine.ended) return;
  if (running.machine !== undefined) {
    within(machine, run);
    return;
  }
  running.machine = machine;
  if (running.ran.at(-1) !== machine) running.ran.push(machine);
  try {
    run();
  } catch (error) {
    caught(machine, error);
  }
  drain(machine);
  running.machine = undefined;
}

/** As a call, with this machine as the one that runs. */
function within(machine: Machine, run: () => void): void {
  const outer = running.machine;
  running.machine = machine;
  try {
    run();
  } finally {
    running.machine = outer;
  }
}

/** Carries out ticks and promises, and what they ask for in turn, until none is left. */
export function drain(machine: Machine): void {
  for (;;) {
    try {
      tick();
      return;
    } catch (error) {
      caught(machine, error);
    }
  }
}

/** What was thrown out of a machine's code. */
function caught(machine: Machine, error: unknown): void {
  forgetInterrupted();
  machine.uncaught(error);
}

/** Code was left without its end. Node would take the identifiers that are left on its stack for a corruption and abort. */
export function forgetInterrupted(): void {
  clearAsyncIdStack();
}

/** Whether something works for the machine outside of its events: time stands still until it is done. */
export function nativeWork(): boolean {
  return immediateInfo[REFERENCED] > 0 || running.jobs > 0 || activeRequests().length > 0;
}

/** The thread's own listeners: what escapes from programs while native work calls them belongs to the machine. */
export function listenForEscapes(): void {
  const { process } = pristine;
  process.on('uncaughtException', error => {
    if (running.machine === undefined) throw error;
    caught(running.machine, error);
  });
  process.on('unhandledRejection', (reason, promise) => {
    if (running.machine === undefined) throw reason;
    running.machine.uncaught(reason, promise);
  });
  process.on('warning', warning => {
    running.machine?.warned(warning);
  });
  process.on('rejectionHandled', promise => {
    (running.machine?.process as NodeJS.EventEmitter | undefined)?.emit('rejectionHandled', promise);
  });
}
