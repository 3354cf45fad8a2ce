// Cryptography: jobs that OpenSSL does in other threads end in events, and random ones draw the host's own numbers.
import { captureContext, inContext } from './context.ts';
import { fillRandomly, randomBytes } from './entropy.ts';
import { binding, internal, replace } from './internals.ts';
import { curveKey, fromBytes, type PrivateKey, plainKey, primeOf, rsaKey, toBytes } from './key-material.ts';
import type { Machine } from './machine.ts';
import { running } from './running.ts';
import { LOOP_TURN } from './timers.ts';

interface Job {
  run(): unknown;
  ondone?: (...results: unknown[]) => void;
}
type JobClass = new (mode: number, ...args: unknown[]) => Job;

interface KeyHandle {
  init(type: number, ...key: unknown[]): void;
  export(format: number, ...how: readonly unknown[]): unknown;
  exportJwk(into: object, pss: boolean): unknown;
}

interface CryptoBinding {
  readonly kCryptoJobSync: number;
  /** Since Node.js 24: `run` gives a promise of a key or a buffer. */
  readonly kCryptoJobWebCrypto?: number;
  readonly kKeyFormatJWK: number;
  readonly kKeyVariantRSA_SSA_PKCS1_v1_5: number;
  readonly kKeyObjectSecret?: number;
  readonly kKeyTypeSecret?: number;
  readonly KeyObjectHandle: new () => KeyHandle;
}

const c = binding<CryptoBinding & Record<string, unknown>>('crypto');

/** What a job does in the host's own way; undefined: as OpenSSL does it. */
type Synthesis = (machine: Machine, args: readonly unknown[]) => unknown;

/** @returns the results of a job as its `run` gives them */
const SYNTHESES: Readonly<Record<string, Synthesis>> = {
  RandomBytesJob({ entropy }, [target, offset, size]) {
    const bytes = ArrayBuffer.isView(target)
      ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
      : new Uint8Array(target as ArrayBuffer);
    const from = offset as number;
    fillRandomly(entropy, bytes.subarray(from, from + (size as number)));
    return undefined;
  },

  RandomPrimeJob({ entropy }, [bits, safe, add, remainder]) {
    const step = add === undefined ? 2n : fromBytes(viewOf(add));
    const rest = remainder === undefined ? 1n : fromBytes(viewOf(remainder));
    const prime = toBytes(primeOf(entropy, bits as number, step, rest, safe as boolean));
    return Uint8Array.from(prime).buffer;
  },

  SecretKeyGenJob({ entropy }, [bits]) {
    const handle = new c.KeyObjectHandle();
    handle.init(secretType(), Buffer.from(randomBytes(entropy, Math.floor((bits as number) / 8))));
    return handle;
  },

  NidKeyPairGenJob({ entropy }, [identifier, ...encoding]) {
    const type = ['ed25519', 'x25519', 'ed448', 'x448'].find(
      name => c[`EVP_PKEY_${name.toUpperCase()}`] === identifier,
    );
    return type === undefined ? undefined : keyPair(plainKey(entropy, type), encoding);
  },

  EcKeyPairGenJob({ entropy }, [curve, parameters, ...encoding]) {
    if (parameters !== undefined && parameters !== c.OPENSSL_EC_NAMED_CURVE) return undefined;
    const key = curveKey(entropy, curve as string);
    return key === undefined ? undefined : keyPair(key, encoding);
  },

  RsaKeyPairGenJob({ entropy }, [variant, bits, exponent, ...encoding]) {
    if (variant !== c.kKeyVariantRSA_SSA_PKCS1_v1_5) return undefined;
    return keyPair(rsaKey(entropy, bits as number, exponent as number), encoding);
  },
};

function secretType(): number {
  return c.kKeyObjectSecret ?? c.kKeyTypeSecret ?? 0;
}

function viewOf(value: unknown): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value as ArrayBuffer);
}

/** Both keys as a job gives them: handles where no encoding was asked for. */
function keyPair(privateKey: PrivateKey, encoding: readonly unknown[]): unknown[] {
  const { createPublicKey } = internal<typeof import('node:crypto')>('crypto');
  const [publicFormat, publicType, privateFormat, privateType, cipher, passphrase] = encoding as number[];
  return [
    encoded(handleOf(createPublicKey(privateKey)), publicFormat, [publicType]),
    encoded(handleOf(privateKey), privateFormat, [privateType, cipher, passphrase]),
  ];
}

function handleOf(key: object): KeyHandle {
  const { getKeyObjectHandle } = internal<{ getKeyObjectHandle?(key: object): KeyHandle }>(
    'internal/crypto/keys',
  );
  // Until Node.js 22 the handle is a member of the key.
  return getKeyObjectHandle?.(key) ?? memberHandle(key);
}

function memberHandle(key: object): KeyHandle {
  const { kHandle } = internal<{ kHandle: symbol }>('internal/crypto/util');
  return (key as Record<symbol, KeyHandle>)[kHandle];
}

/** @param how all that a key of the kind is exported with: OpenSSL's binding counts its arguments */
function encoded(handle: KeyHandle, format: number | undefined, how: readonly unknown[]): unknown {
  if (format === undefined) return handle;
  return format === c.kKeyFormatJWK ? handle.exportJwk({}, false) : handle.export(format, ...how);
}

/** A job of the machine's: done at once, and told in an event. */
class VirtualJob {
  ondone: ((...results: unknown[]) => void) | undefined = undefined;
  private readonly machine: Machine;
  private readonly work: () => unknown;
  private readonly synchronous: boolean;

  constructor(machine: Machine, synchronous: boolean, work: () => unknown) {
    this.machine = machine;
    this.synchronous = synchronous;
    this.work = work;
  }

  run(): unknown {
    const results = this.work() as unknown[];
    if (this.synchronous) return results;
    const { machine } = this;
    const context = captureContext('CRYPTOREQUEST');
    machine.references++;
    machine.after(LOOP_TURN, () => {
      machine.references--;
      inContext(context, () => this.ondone?.(...results));
    });
    return undefined;
  }
}

function virtualClass(name: string, Original: JobClass): JobClass {
  const synthesise = SYNTHESES[name];
  return new Proxy(Original, {
    construct(target, [mode, ...args], newTarget) {
      const { machine } = running;
      if (machine === undefined) return Reflect.construct(target, [mode, ...args], newTarget);
      if (c.kCryptoJobWebCrypto !== undefined && mode === c.kCryptoJobWebCrypto)
        return counted(Reflect.construct(target, [mode, ...args], newTarget));
      const original = () => Reflect.construct(target, [c.kCryptoJobSync, ...args]);
      // Made now, since a job takes its arguments, and refuses bad ones, when it is made.
      const job = synthesise === undefined ? original() : undefined;
      const work = () => (job === undefined ? synthesised(machine, synthesise, args, original) : job.run());
      return new VirtualJob(machine, mode === c.kCryptoJobSync, work);
    },
  });
}

function synthesised(
  machine: Machine,
  synthesise: Synthesis,
  args: readonly unknown[],
  original: () => Job,
): unknown {
  const result = synthesise(machine, args);
  const known = result !== undefined || synthesise === SYNTHESES.RandomBytesJob;
  return known ? [undefined, result] : original().run();
}

/** A job that another thread does: time stands still until its promise is settled. */
function counted(job: Job): Job {
  const { run } = job;
  job.run = () => {
    const promise = run.call(job);
    if (promise instanceof Promise) {
      running.jobs++;
      const done = () => {
        running.jobs--;
      };
      promise.then(done, done);
    }
    return promise;
  };
  return job;
}

/** Puts virtual jobs in place of the binding's: before `crypto` loads and takes them to itself. */
export function installCryptoJobs(): void {
  for (const [name, value] of Object.entries(c))
    if (name.endsWith('Job') && typeof value === 'function')
      replace(c, name, virtualClass(name, value as JobClass));
}
