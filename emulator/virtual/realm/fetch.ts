// fetch and its relatives: Node's own, an instance a host, since the module keeps agents and timers for all its callers.
import vm from 'node:vm';
import { binding } from './internals.ts';
import { belonging, type Machine } from './machine.ts';

const NAME = 'internal/deps/undici/undici';

/** What the module gives to programs as globals. */
export const FETCH_GLOBALS = [
  'fetch',
  'FormData',
  'Headers',
  'Request',
  'Response',
  'MessageEvent',
  'WebSocket',
  'CloseEvent',
  'EventSource',
] as const;

type Instance = Readonly<Record<string, unknown>>;
type Factory = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: Instance },
  process: object,
  global: object,
) => void;

let factory: Factory | undefined;

/** Compiled once, when a host first asks for it. */
function compiled(): Factory {
  const { natives } = binding<{ readonly natives: Readonly<Record<string, string>> }>('builtins');
  const source = `(function (exports, require, module, process, globalThis) {${natives[NAME]}\n})`;
  factory ??= new vm.Script(source, { filename: `node:${NAME}` }).runInThisContext() as Factory;
  return factory;
}

/** The machine's instance. @param global the machine's own global object */
export function fetchModule(machine: Machine, global: object): Instance {
  return belonging(machine, 'fetch', () => {
    const module = { exports: {} as Instance };
    compiled()(module.exports, name => machine.require(name), module, machine.process, global);
    return module.exports;
  });
}
