// Which instance does what: of everything asynchronous in a shared process, the instance that began it is known.
import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** One of Node's handles: a socket, a pipe, a process. */
export interface Handle {
  close(): void;
  hasRef(): boolean;
  readStart?(): void;
  readStop?(): void;
  recvStart?(): void;
  recvStop?(): void;
  getsockname?(into: { port?: number }): number;
  reading?: boolean;
  onconnection?: (...args: unknown[]) => void;
}

/** One of Node's timers. Node knows these of its members by these names only. */
export interface Timer {
  _onTimeout: ((...args: unknown[]) => void) | null;
  _destroyed: boolean;
  hasRef(): boolean;
  close(): void;
}

/** What is known of an instance here. */
export interface Instance {
  readonly network: number;
  readonly hostname: string;
  readonly process: NodeJS.Process;
  readonly console: Console;
  readonly ended: boolean;
  /** Open ones, and perhaps some that have closed. */
  readonly handles: Set<Handle>;
  readonly timers: Set<Timer>;
}

const storage = new AsyncLocalStorage<Instance>();
const OWNER = Symbol('instance');

const HANDLES = new Set([
  'TCPWRAP',
  'TCPSERVERWRAP',
  'UDPWRAP',
  'PIPEWRAP',
  'PIPESERVERWRAP',
  'PROCESSWRAP',
  'FSEVENTWRAP',
]);

/** The instance whose code runs now, or what it began; undefined for the shared process's own. */
export function current(): Instance | undefined {
  return storage.getStore();
}

/** The instance that made a handle. */
export function ownerOf(handle: object): Instance | undefined {
  return (handle as { [OWNER]?: Instance })[OWNER];
}

export function runAs<T>(instance: Instance, run: () => T): T {
  return storage.run(instance, run);
}

/** Tells each instance of the handles and timers that it makes. To be called once. */
export function watchResources(): void {
  createHook({
    init(_id, type, _trigger, resource) {
      const known = type === 'Timeout' || HANDLES.has(type);
      const instance = known ? storage.getStore() : undefined;
      if (!instance) return;
      if (type === 'Timeout') instance.timers.add(resource as Timer);
      // A handle that is used once more is announced by a stand-in; it is known already.
      else if ('hasRef' in resource) {
        (resource as { [OWNER]?: Instance })[OWNER] = instance;
        instance.handles.add(resource as unknown as Handle);
      }
    },
  }).enable();
}
