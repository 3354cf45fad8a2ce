// Sockets of instances: each opens in the network namespace of the instance that asks for it.
import { createRequire } from 'node:module';
import os from 'node:os';
import { CLONE_NEWNET } from '../../constants.ts';
import { openNamespace } from '../../home.ts';
import { setns } from '../../syscalls.ts';
import { current, type Handle, type Instance, ownerOf } from './instances.ts';

type Method = (this: object, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method>;

/** libuv's UV_ECANCELED: what an instance that has ended is told. */
const CANCELLED = -125;

/** Methods of Node's handles by which a socket, or a process, comes to be. */
const OPENING: readonly [binding: string, name: string, methods: readonly string[]][] = [
  ['tcp_wrap', 'TCP', ['bind', 'bind6', 'connect', 'connect6']],
  ['udp_wrap', 'UDP', ['bind', 'bind6']],
  ['process_wrap', 'Process', ['spawn']],
];

/** To be called once, with `--expose-internals`. */
export function openSocketsInHosts(): void {
  const { internalBinding } = createRequire(import.meta.url)('internal/test/binding') as {
    internalBinding(name: string): Record<string, { prototype: Prototype }>;
  };
  const home = openNamespace('net');
  for (const [binding, name, methods] of OPENING) {
    const { prototype } = internalBinding(binding)[name];
    for (const method of methods) {
      const original = prototype[method];
      prototype[method] = function (...args) {
        const instance = ownerOf(this) ?? asking(name, method);
        return instance.ended ? CANCELLED : inside(instance, home, () => original.apply(this, args));
      };
    }
    forgetClosed(prototype);
  }
  const { networkInterfaces, hostname } = os;
  os.networkInterfaces = () => inside(asking('os', 'networkInterfaces'), home, networkInterfaces);
  os.hostname = () => current()?.hostname ?? hostname();
}

function asking(name: string, method: string): Instance {
  const instance = current();
  // It would reach the wrong network.
  if (!instance) throw new Error(`${name}.${method} was called outside of every host`);
  return instance;
}

function inside<T>({ network }: Instance, home: number, run: () => T): T {
  setns(network, CLONE_NEWNET);
  try {
    return run();
  } finally {
    setns(home, CLONE_NEWNET);
  }
}

/** What is closed no longer keeps its instance up. */
function forgetClosed(prototype: Prototype): void {
  let parent = prototype;
  while (!Object.hasOwn(parent, 'close')) parent = Object.getPrototypeOf(parent);
  if (wrapped.has(parent)) return;
  wrapped.add(parent);
  const original = parent.close;
  parent.close = function (...args) {
    ownerOf(this)?.handles.delete(this as Handle);
    return original.apply(this, args);
  };
}

const wrapped = new Set<Prototype>();
