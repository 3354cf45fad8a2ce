// Runs the start-up test in a thread of the built program and posts what it says.

import { parentPort } from 'node:worker_threads';
import { selfTest } from '../../../emulator/virtual/self-test.ts';

const started = process.hrtime.bigint();
selfTest().then(
  () => parentPort!.postMessage({ error: undefined, wall: Number(process.hrtime.bigint() - started) / 1e9 }),
  error => parentPort!.postMessage({ error: String(error), wall: 0 }),
);
