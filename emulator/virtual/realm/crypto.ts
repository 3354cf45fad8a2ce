// What of `crypto` keeps random numbers in store for all callers, or makes keys without a job: per host instead.
import { randomBytes } from './entropy.ts';
import { internal, replace } from './internals.ts';
import { fromBytes, scalarFor } from './key-material.ts';
import { running } from './running.ts';

type Crypto = typeof import('node:crypto');
type Callback = (error: Error | null, value: number) => void;

/** Uniform over [from, to): the range of `crypto.randomInt` is below 2^48. */
function integerBetween(from: number, to: number): number {
  const range = to - from;
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const drawn = Number(fromBytes(randomBytes(running.machine!.entropy, 6)));
    if (drawn < limit) return from + (drawn % range);
  }
}

function installRandomInt(crypto: Crypto): void {
  const original = crypto.randomInt as (...args: unknown[]) => number | undefined;
  replace(crypto, 'randomInt', (...args: unknown[]) => {
    if (running.machine === undefined) return original(...args);
    const callback = typeof args.at(-1) === 'function' ? (args.at(-1) as Callback) : undefined;
    const [first, second = undefined] = callback === undefined ? args : args.slice(0, -1);
    const [from, to] = second === undefined ? [0, first] : [first, second];
    const sound = Number.isSafeInteger(from) && Number.isSafeInteger(to) && (to as number) > (from as number);
    // The original refuses what is no range, in its own words.
    if (!sound || (to as number) - (from as number) >= 2 ** 48) return original(...args);
    const drawn = integerBetween(from as number, to as number);
    if (callback === undefined) return drawn;
    process.nextTick(() => callback(null, drawn));
    return undefined;
  });
}

/** A version 4 UUID (RFC 9562). */
function randomUuid(): string {
  const bytes = randomBytes(running.machine!.entropy, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Buffer.from(bytes).toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Keys that are made in place and not by a job. */
function installKeyExchange(crypto: Crypto): void {
  const ecdh = crypto.ECDH.prototype as unknown as { generateKeys(...how: unknown[]): unknown };
  const makeCurveKeys = ecdh.generateKeys;
  replace(ecdh, 'generateKeys', function (this: import('node:crypto').ECDH, ...how: unknown[]) {
    if (running.machine === undefined) return makeCurveKeys.call(this, ...how);
    // OpenSSL says how long the curve's numbers are, and a new scalar takes its place. (Its own would not do: one in 256 is
    // shorter.) A point is a byte and two coordinates.
    makeCurveKeys.call(this);
    const size = (this.getPublicKey().length - 1) / 2;
    scalarFor(running.machine.entropy, this, size, size === 66 ? 1 : 8);
    return this.getPublicKey(...(how as ['hex', 'compressed']));
  });
  const { kHandle } = internal<{ kHandle: symbol }>('internal/crypto/util');
  for (const { prototype } of [crypto.DiffieHellman, crypto.DiffieHellmanGroup] as unknown as DhClass[]) {
    const { generateKeys } = prototype;
    replace(prototype, 'generateKeys', function (this: Record<symbol, DhHandle>, ...how: unknown[]) {
      // OpenSSL keeps a private key that is there and computes the public one.
      if (running.machine !== undefined)
        this[kHandle].setPrivateKey(Buffer.from(randomBytes(running.machine.entropy, 32)));
      return generateKeys.call(this, ...how);
    });
  }
}

interface DhClass {
  readonly prototype: { generateKeys(...how: unknown[]): unknown };
}

interface DhHandle {
  setPrivateKey(key: Uint8Array): void;
}

/** Completes `installCryptoJobs`, once `crypto` has loaded. */
export function installCrypto(): void {
  const crypto = internal<Crypto>('crypto');
  installRandomInt(crypto);
  const { randomUUID } = crypto;
  const virtualUuid = (options?: object) =>
    running.machine === undefined ? randomUUID(options) : randomUuid();
  replace(crypto, 'randomUUID', virtualUuid);
  replace(Object.getPrototypeOf(crypto.webcrypto), 'randomUUID', virtualUuid);
  installKeyExchange(crypto);
}
