// Bytes and numbers from a host's streams of random numbers, in the place of the system's.
import type { RandomStream } from '../../../sim/random.ts';
import { pristine } from './pristine.ts';
import { running } from './running.ts';

const TWO_TO_32 = 4294967296;

export function fillRandomly(random: RandomStream, bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += 4) {
    let word = Math.floor(random.uniform() * TWO_TO_32);
    for (let end = Math.min(at + 4, bytes.length), index = at; index < end; index++) {
      bytes[index] = word;
      word = Math.floor(word / 256);
    }
  }
  return bytes;
}

export function randomBytes(random: RandomStream, size: number): Uint8Array {
  return fillRandomly(random, new Uint8Array(size));
}

/** Uniform over the multiples of 2^-53 in [0, 1), as `Math.random` is. */
function fraction(random: RandomStream): number {
  const high = Math.floor(random.uniform() * 2 ** 27);
  const low = Math.floor(random.uniform() * 2 ** 26);
  return (high * 2 ** 26 + low) / 2 ** 53;
}

/** Puts the hosts' random numbers in place of V8's. */
export function installMathRandom(): void {
  Math.random = () => (running.machine === undefined ? pristine.random() : fraction(running.machine.random));
}
