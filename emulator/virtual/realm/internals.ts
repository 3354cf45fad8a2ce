// Node's own internals: how the realm reaches them, and the versions of Node.js whose internals it knows.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Asked now, since `process` is a host's own later on. */
const exposed = process.execArgv.includes('--expose-internals');

/** Major versions whose internals are known. */
export const KNOWN_MAJORS: readonly number[] = [20, 22, 24];

/** This Node.js, or the way in which it was started, is not one that virtual time can be made on. */
export class RealmError extends Error {
  override name = 'RealmError';
}

/** Modules that take the handle classes to themselves when they load: the realm has to be there before them. */
const LATE = ['net', 'dgram', 'http', '_http_common', 'tls', '_tls_wrap', 'dns', 'crypto', 'zlib'];

/**
 * Says whether virtual time can be made here.
 * @throws {RealmError} in one line
 */
export function checkNode(version = process.versions.node): void {
  const major = Number(version.split('.')[0]);
  if (!KNOWN_MAJORS.includes(major))
    throw new RealmError(`virtual mode knows Node.js ${KNOWN_MAJORS.join(', ')}; this is ${version}`);
}

/** @throws {RealmError} where a module has loaded that still has libuv's own handles */
export function checkNothingLoaded(): void {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  const early = LATE.filter(name => moduleLoadList.includes(`NativeModule ${name}`));
  if (early.length > 0)
    throw new RealmError(`import the realm first: ${early.join(', ')} had already been loaded by then`);
}

/** One of Node's modules, by any name: also those that programs cannot see. @throws {RealmError} where nobody may */
export function internal<T>(name: string): T {
  if (name.startsWith('internal/') && !exposed)
    throw new RealmError('virtual mode runs in a thread started with --expose-internals');
  return require(name) as T;
}

interface BindingLoader {
  internalBinding(name: string): object;
}

/** One of the bindings between Node's JavaScript and libuv, V8 and OpenSSL: an object whose members may be replaced. */
export function binding<T>(name: string): T {
  return internal<BindingLoader>('internal/test/binding').internalBinding(name) as T;
}

/** Puts a value in place of a member, however the member was defined. */
export function replace(target: object, name: PropertyKey, value: unknown): void {
  const enumerable = Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? true;
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable });
}
