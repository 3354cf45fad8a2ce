// The global object: one for the realm, whose members are those of the host whose code runs, and a view of it per host.
import { FETCH_GLOBALS, fetchModule } from './fetch.ts';
import { belonging, type Machine } from './machine.ts';
import { running } from './running.ts';

/** Globals that each host has its own of. */
const OWN: Readonly<Record<string, (machine: Machine) => unknown>> = {
  process: machine => machine.process,
  console: machine => machine.console,
};

/** Makes a global that is the running host's own, and the original outside of programs. */
function dispatch(name: PropertyKey, get: (machine: Machine) => unknown): void {
  const original = Object.getOwnPropertyDescriptor(globalThis, name);
  if (original?.configurable === false) return;
  if (original === undefined) invented.add(name);
  const outside = () => (original?.get === undefined ? original?.value : original.get.call(globalThis));
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: original?.enumerable ?? true,
    get() {
      const { machine } = running;
      if (machine === undefined) return outside();
      const own = machine.globals.get(name);
      return own === undefined ? get(machine) : valueIn(own, machine);
    },
    set(value: unknown) {
      const { machine } = running;
      if (machine !== undefined) define(machine, name, value);
      else if (original?.set !== undefined) original.set.call(globalThis, value);
      else Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    },
  });
  dispatched.add(name);
}

/** Members that are looked up for each host, and among them those that the realm itself does not have. */
const dispatched = new Set<PropertyKey>();
const invented = new Set<PropertyKey>();

function valueIn(descriptor: PropertyDescriptor, machine: Machine): unknown {
  return descriptor.get === undefined ? descriptor.value : descriptor.get.call(globalOf(machine));
}

function define(machine: Machine, name: PropertyKey, value: unknown): void {
  setOwn(machine, name, { value, writable: true, enumerable: true, configurable: true });
}

/** A program puts something on its global object: others see what they saw before. */
function setOwn(machine: Machine, name: PropertyKey, descriptor: PropertyDescriptor): void {
  machine.globals.set(name, { ...descriptor, configurable: true });
  if (typeof name === 'symbol' || dispatched.has(name)) return;
  const original = Object.getOwnPropertyDescriptor(globalThis, name);
  dispatch(name, () => (original?.get === undefined ? original?.value : original.get.call(globalThis)));
}

/** The machine's view: what it puts there is its own, all else is the realm's. */
export function globalOf(machine: Machine): object {
  return belonging(machine, 'global', () => {
    const view: object = new Proxy(Object.create(null) as object, {
      get: (_target, name) => read(machine, name, view),
      set: (_target, name, value) => {
        define(machine, name, value);
        return true;
      },
      has: (_target, name) => machine.globals.has(name) || (name in globalThis && !invented.has(name)),
      deleteProperty: (_target, name) => {
        machine.globals.delete(name);
        return true;
      },
      defineProperty: (target, name, descriptor) => {
        setOwn(machine, name, descriptor);
        // A proxy may not claim that something is fixed unless it is so of its target.
        return descriptor.configurable === true || Reflect.defineProperty(target, name, descriptor);
      },
      ownKeys: () => [...new Set([...machine.globals.keys(), ...Reflect.ownKeys(globalThis)])] as string[],
      getOwnPropertyDescriptor: (target, name) => {
        const fixed = Reflect.getOwnPropertyDescriptor(target, name);
        if (fixed !== undefined) return fixed;
        const own = machine.globals.get(name) ?? Object.getOwnPropertyDescriptor(globalThis, name);
        return own === undefined
          ? undefined
          : {
              value: read(machine, name, view),
              writable: true,
              enumerable: own.enumerable ?? false,
              configurable: true,
            };
      },
      getPrototypeOf: () => Object.getPrototypeOf(globalThis) as object,
    });
    return view;
  });
}

const SELF: ReadonlySet<PropertyKey> = new Set(['globalThis', 'global', 'self']);

function read(machine: Machine, name: PropertyKey, view: object): unknown {
  const own = machine.globals.get(name);
  if (own !== undefined) return valueIn(own, machine);
  // Under registered symbols libraries keep what all their copies share: of the realm's copies, that is none of a host's.
  if (typeof name === 'symbol' && Symbol.keyFor(name) !== undefined) return undefined;
  return SELF.has(name) ? view : Reflect.get(globalThis, name);
}

/** Puts the hosts' own in place of the realm's globals. */
export function installGlobals(): void {
  for (const [name, get] of Object.entries(OWN)) dispatch(name, get);
  for (const name of FETCH_GLOBALS)
    if (name in globalThis || name === 'WebSocket')
      dispatch(name, machine => fetchModule(machine, globalOf(machine))[name]);
}
