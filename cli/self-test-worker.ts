// The start-up test of virtual time in a thread of its own, which it changes for good: posts what is wrong, or undefined.
import '../emulator/virtual/realm/install.ts';
import { parentPort } from 'node:worker_threads';

const { selfTest } = await import('../emulator/virtual/self-test.ts');
parentPort!.postMessage(
  await selfTest().then(
    () => undefined,
    (error: Error) => error.message,
  ),
);
