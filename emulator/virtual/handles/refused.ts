// Handles that a simulated host does not have: pipes, terminals, child processes and watchers of the real file system.
import { binding, replace } from '../realm/internals.ts';
import { running } from '../realm/running.ts';
import { unsupported } from '../realm/unsupported.ts';

const REFUSED: readonly (readonly [binding: string, handle: string, feature: string])[] = [
  ['pipe_wrap', 'Pipe', 'a Unix socket or pipe'],
  ['tty_wrap', 'TTY', 'a terminal'],
  ['process_wrap', 'Process', 'a child process'],
  ['spawn_sync', 'spawn', 'a child process'],
  ['fs_event_wrap', 'FSEvent', 'fs.watch'],
  ['worker', 'Worker', 'a worker thread'],
];

/** Refuses them to programs; the simulation itself may have them. */
export function installRefusedHandles(): void {
  for (const [name, handle, feature] of REFUSED) {
    const target = binding<Record<string, new (...args: unknown[]) => object>>(name);
    const original = target[handle];
    replace(
      target,
      handle,
      new Proxy(original, {
        construct(target, args, newTarget) {
          if (running.machine !== undefined) throw unsupported(feature);
          return Reflect.construct(target, args, newTarget);
        },
        apply(call, self, args) {
          if (running.machine !== undefined) throw unsupported(feature);
          return Reflect.apply(call, self, args);
        },
      }),
    );
  }
}
