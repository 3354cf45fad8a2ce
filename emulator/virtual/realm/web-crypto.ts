// crypto.subtle.generateKey: keys from the host's own random numbers.
import { randomBytes } from './entropy.ts';
import { internal, replace } from './internals.ts';
import { forgetErrors } from './key-material.ts';
import type { Machine } from './machine.ts';
import { running } from './running.ts';

type Crypto = typeof import('node:crypto');
/** Of the functions' many forms those that are used here. */
interface Subtle {
  importKey(
    format: string,
    key: Uint8Array,
    algorithm: Algorithm,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<object>;
  generateKey(
    algorithm: string | Algorithm,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<unknown>;
}
type Usage = import('node:crypto').webcrypto.KeyUsage;

interface Algorithm {
  readonly name: string;
  readonly length?: number;
  readonly hash?: string | { readonly name: string };
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array;
}

/** What the private key of a pair may be used for; the public one is for the rest. */
const PRIVATE_USES: readonly string[] = ['sign', 'decrypt', 'unwrapKey', 'deriveKey', 'deriveBits'];

/** Bits of an HMAC key that is as long as a block of its hash (W3C Web Cryptography, section 29). */
const HASH_BLOCKS: Readonly<Record<string, number>> = {
  'SHA-1': 512,
  'SHA-256': 512,
  'SHA-384': 1024,
  'SHA-512': 1024,
};

function secretBits({ name, length, hash }: Algorithm): number | undefined {
  if (/^AES-/i.test(name)) return length;
  if (!/^HMAC$/i.test(name)) return undefined;
  return length ?? HASH_BLOCKS[typeof hash === 'string' ? hash : (hash?.name ?? '')];
}

/** Both keys in DER. */
interface Pair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** A pair as `crypto.generateKeyPairSync` makes it, in DER; undefined for an algorithm that has no pairs. */
function pairOf(algorithm: Algorithm): Pair | undefined {
  const { name, namedCurve, modulusLength, publicExponent } = algorithm;
  const generate = internal<{ generateKeyPairSync(type: string, options: object): Pair }>('crypto');
  const encodings = {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  };
  if (/^(Ed|X)(25519|448)$/i.test(name)) return generate.generateKeyPairSync(name.toLowerCase(), encodings);
  if (/^ECD(SA|H)$/i.test(name)) return generate.generateKeyPairSync('ec', { namedCurve, ...encodings });
  if (!/^RSA/i.test(name)) return undefined;
  const exponent = Number.parseInt(Buffer.from(publicExponent!).toString('hex'), 16);
  return generate.generateKeyPairSync('rsa', { modulusLength, publicExponent: exponent, ...encodings });
}

async function generate(
  subtle: Subtle,
  machine: Machine,
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly Usage[],
): Promise<unknown> {
  const bits = secretBits(algorithm);
  if (bits !== undefined) {
    const bytes = randomBytes(machine.entropy, Math.ceil(bits / 8));
    return subtle.importKey('raw', bytes, algorithm, extractable, usages);
  }
  const pair = pairOf(algorithm);
  forgetErrors();
  if (pair === undefined) return undefined;
  const mine = usages.filter(usage => PRIVATE_USES.includes(usage));
  const others = /^(ECDH|X25519|X448)$/i.test(algorithm.name)
    ? []
    : usages.filter(usage => !mine.includes(usage));
  return {
    publicKey: await subtle.importKey('spki', pair.publicKey, algorithm, true, others),
    privateKey: await subtle.importKey('pkcs8', pair.privateKey, algorithm, extractable, mine),
  };
}

/** Completes `installCrypto`. Algorithms that it does not know are left to Node. */
export function installWebCrypto(): void {
  const { subtle } = internal<Crypto>('crypto').webcrypto;
  const prototype = Object.getPrototypeOf(subtle) as Subtle;
  const original = prototype.generateKey;
  replace(
    prototype,
    'generateKey',
    async function (this: Subtle, given: string | Algorithm, extractable: boolean, usages: Usage[]) {
      const { machine } = running;
      const algorithm = typeof given === 'string' ? { name: given } : given;
      const made =
        machine === undefined || typeof algorithm?.name !== 'string' || !Array.isArray(usages)
          ? undefined
          : await generate(this, machine, algorithm, extractable, usages);
      return made ?? original.call(this, given, extractable, usages);
    },
  );
}
