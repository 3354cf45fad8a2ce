// Whether a run's hosts fit into the memory that Node.js may use: better said before the run than by its abort.
import { getHeapStatistics } from 'node:v8';
import { MachineError } from './exit.ts';

/** What the smallest host takes: measured 1 KB with ping, several with Chord. */
const BYTES_A_HOST = 1000;

/** @throws {MachineError} where so many hosts cannot fit, with the setting under which they may */
export function checkMemory(hosts: number): void {
  const needed = hosts * BYTES_A_HOST;
  const limit = getHeapStatistics().heap_size_limit;
  if (needed <= limit) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new MachineError(
    `${hosts} hosts need ${gigabytes(needed)} GB or more, and Node.js may use ${gigabytes(limit)} GB: ` +
      `set NODE_OPTIONS=--max-old-space-size=${Math.ceil((2 * needed) / 2 ** 20)}, or run fewer hosts`,
  );
}
