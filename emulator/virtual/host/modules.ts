// Node's modules as a program gets them: most are the realm's, some its own, some refuse what a host does not have.
import { EventEmitter } from 'node:events';
import { builtinModules, createRequire, isBuiltin } from 'node:module';
import { internal } from '../realm/internals.ts';
import { belonging, type Machine } from '../realm/machine.ts';
import { unsupported } from '../realm/unsupported.ts';
import type { Disk } from './disk.ts';

/** A machine that has a disk. */
export interface Furnished extends Machine {
  readonly disk: Disk;
}

/** What of a module is refused, and as what. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  child_process: Object.fromEntries(
    ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'].map(name => [
      name,
      'a child process',
    ]),
  ),
  worker_threads: { Worker: 'a worker thread', BroadcastChannel: 'BroadcastChannel' },
  cluster: { fork: 'cluster.fork', disconnect: 'cluster.disconnect' },
  inspector: { open: 'the inspector', Session: 'the inspector' },
  'inspector/promises': { open: 'the inspector', Session: 'the inspector' },
  repl: { start: 'the repl', REPLServer: 'the repl' },
  vm: { runInNewContext: 'vm.runInNewContext', createContext: 'vm.createContext' },
};

function refusing(name: string): object {
  const original = internal<Record<string, unknown>>(name);
  // `cluster` is an emitter, whose methods stand on its prototype.
  const copy: Record<string, unknown> =
    original instanceof EventEmitter ? Object.assign(new EventEmitter(), original) : { ...original };
  for (const [member, feature] of Object.entries(REFUSED[name]))
    copy[member] = function refused() {
      throw unsupported(feature, name);
    };
  return copy;
}

/** The heap is that of all hosts together, and says nothing of one. */
function heapModule(): object {
  const original = internal<Record<string, unknown>>('v8');
  const heap = { total_heap_size: 32e6, used_heap_size: 16e6, heap_size_limit: 2e9, malloced_memory: 0 };
  const refuse = () => {
    throw unsupported('a heap snapshot', 'v8');
  };
  return {
    ...original,
    getHeapStatistics: () => ({ ...heap }),
    getHeapSpaceStatistics: () => [],
    getHeapCodeStatistics: () => ({}),
    getHeapSnapshot: refuse,
    writeHeapSnapshot: refuse,
  };
}

function threadModule(): object {
  return {
    ...refusing('worker_threads'),
    isMainThread: true,
    threadId: 0,
    parentPort: null,
    workerData: null,
    MessageChannel: globalThis.MessageChannel,
  };
}

function moduleModule(machine: Furnished): object {
  return {
    ...internal<object>('module'),
    builtinModules,
    isBuiltin,
    createRequire: () => (name: string) => machine.require(name),
  };
}

/** Modules of which each program has its own. */
const OWN: Readonly<Record<string, (machine: Furnished) => unknown>> = {
  process: machine => machine.process,
  console: machine => machine.console,
  fs: machine => machine.disk.fs,
  'fs/promises': machine => machine.disk.promises,
  module: moduleModule,
};

/** Modules that are the same for all programs, but not for the realm. */
const CHANGED: Readonly<Record<string, () => object>> = { v8: heapModule, worker_threads: threadModule };
const changed = new Map<string, object>();

const find = createRequire(import.meta.url);

/** @throws {Error} MODULE_NOT_FOUND, for what is neither Node's nor in the bundle; `UnsupportedError` for an add-on */
export function requireFor(machine: Furnished, name: string): unknown {
  const plain = name.replace(/^node:/, '');
  const own = OWN[plain];
  if (own !== undefined) return belonging(machine, `module ${plain}`, () => own(machine));
  if (plain in REFUSED || plain in CHANGED) return changedModule(plain);
  if (isBuiltin(name)) return find(name);
  if (name.endsWith('.node')) throw unsupported('a native add-on', name);
  throw Object.assign(new Error(`Cannot find module '${name}': it is none of Node's, and was not bundled`), {
    code: 'MODULE_NOT_FOUND',
  });
}

function changedModule(name: string): object {
  const known = changed.get(name);
  if (known !== undefined) return known;
  const made = name in CHANGED ? CHANGED[name]() : refusing(name);
  changed.set(name, made);
  return made;
}
