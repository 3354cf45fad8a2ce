// Keys from a host's own random numbers, where OpenSSL would take the system's.
import type { RandomStream } from '../../../sim/random.ts';
import { randomBytes } from './entropy.ts';
import { internal } from './internals.ts';

type Crypto = typeof import('node:crypto');

/** Loaded when it is first wanted: by then its jobs have been replaced. */
const crypto = () => internal<Crypto>('crypto');

/** PKCS #8 of a key that is no more than random bytes (RFC 8410): what stands before them, and how many they are. */
const PLAIN_KEYS: Readonly<Record<string, readonly [header: string, size: number]>> = {
  ed25519: ['302e020100300506032b657004220420', 32],
  x25519: ['302e020100300506032b656e04220420', 32],
  ed448: ['3047020100300506032b6571043b0439', 57],
  x448: ['3046020100300506032b656f043a0438', 56],
};

/** Curves for which keys can be written as JWK (RFC 7518, RFC 8812): name there, and bytes of a scalar. */
const CURVES: Readonly<Record<string, readonly [name: string, size: number]>> = {
  prime256v1: ['P-256', 32],
  'P-256': ['P-256', 32],
  secp384r1: ['P-384', 48],
  'P-384': ['P-384', 48],
  secp521r1: ['P-521', 66],
  'P-521': ['P-521', 66],
  secp256k1: ['secp256k1', 32],
};

export type PrivateKey = import('node:crypto').KeyObject;

export function plainKey(random: RandomStream, type: string): PrivateKey {
  const [header, size] = PLAIN_KEYS[type];
  const key = Buffer.concat([Buffer.from(header, 'hex'), randomBytes(random, size)]);
  forgetErrors();
  return crypto().createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/**
 * OpenSSL keeps a thread's errors, and some of Node's calls leave theirs behind, to be taken for those of the next call. In a
 * real process that would be one in another thread.
 */
export function forgetErrors(): void {
  const key = Buffer.from(PLAIN_KEYS.ed25519[0] + '01'.repeat(32), 'hex');
  for (let tries = 0; tries < 10; tries++) {
    try {
      crypto().createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      return;
    } catch {
      // An earlier call's: gone now.
    }
  }
}

/** A scalar of a curve: below its order, since OpenSSL says which are. */
export function scalarFor(
  random: RandomStream,
  ecdh: import('node:crypto').ECDH,
  size: number,
  topBits = 8,
): void {
  for (;;) {
    const scalar = randomBytes(random, size);
    scalar[0] &= (1 << topBits) - 1;
    try {
      ecdh.setPrivateKey(scalar);
      return;
    } catch {
      // Not below the order: draw again.
    }
  }
}

/** @returns undefined for a curve that JWK has no name for */
export function curveKey(random: RandomStream, curve: string): PrivateKey | undefined {
  const named = CURVES[curve];
  if (named === undefined) return undefined;
  const [crv, size] = named;
  const ecdh = crypto().createECDH(crv === 'P-256' ? 'prime256v1' : crv.replace(/^P-(\d+)$/, 'secp$1r1'));
  scalarFor(random, ecdh, size, size === 66 ? 1 : 8);
  const point = ecdh.getPublicKey();
  const key = {
    kty: 'EC',
    crv,
    d: leftPadded(ecdh.getPrivateKey(), size).toString('base64url'),
    x: point.subarray(1, 1 + size).toString('base64url'),
    y: point.subarray(1 + size).toString('base64url'),
  };
  return crypto().createPrivateKey({ key, format: 'jwk' });
}

/** RSA with two primes of half the modulus each (RFC 8017, section 3). */
export function rsaKey(random: RandomStream, bits: number, exponent: number): PrivateKey {
  const e = BigInt(exponent);
  for (;;) {
    const p = rsaPrime(random, Math.ceil(bits / 2), e);
    const q = rsaPrime(random, Math.floor(bits / 2), e);
    if (p === q || (p * q).toString(2).length !== bits) continue;
    const [larger, smaller] = p > q ? [p, q] : [q, p];
    const d = inverse(e, (p - 1n) * (q - 1n));
    const numbers = {
      n: p * q,
      e,
      d,
      p: larger,
      q: smaller,
      dp: d % (larger - 1n),
      dq: d % (smaller - 1n),
      qi: inverse(smaller, larger),
    };
    const parts = Object.entries(numbers).map(([name, value]) => [
      name,
      toBytes(value).toString('base64url'),
    ]);
    return crypto().createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(parts) }, format: 'jwk' });
  }
}

function rsaPrime(random: RandomStream, bits: number, e: bigint): bigint {
  for (;;) {
    const prime = primeOf(random, bits, 2n, 1n);
    if ((prime - 1n) % e !== 0n) return prime;
  }
}

/**
 * A prime with its two highest bits set that leaves `remainder` when divided by `step`.
 * @param safe (p - 1) / 2 is to be prime, too
 */
export function primeOf(
  random: RandomStream,
  bits: number,
  step: bigint,
  remainder: bigint,
  safe = false,
): bigint {
  const { checkPrimeSync } = crypto();
  const highest = BigInt(bits);
  for (;;) {
    const drawn = fromBytes(randomBytes(random, Math.ceil(bits / 8))) & ((1n << highest) - 1n);
    const high = bits > 1 ? drawn | (3n << (highest - 2n)) : drawn;
    const candidate = high - (high % step) + remainder;
    if (candidate.toString(2).length !== bits || !checkPrimeSync(candidate)) continue;
    if (!safe || checkPrimeSync((candidate - 1n) / 2n)) return candidate;
  }
}

export function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

export function toBytes(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

function leftPadded(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}

/** The inverse of a modulo m, by the extended algorithm of Euclid. */
function inverse(a: bigint, m: bigint): bigint {
  let [previous, rest] = [m, a % m];
  let [before, factor] = [0n, 1n];
  while (rest !== 0n) {
    const quotient = previous / rest;
    [previous, rest] = [rest, previous - quotient * rest];
    [before, factor] = [factor, before - quotient * factor];
  }
  return ((before % m) + m) % m;
}
