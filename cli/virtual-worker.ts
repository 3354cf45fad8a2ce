// The thread of a virtual run's hosts. The realm comes first: it must be there before anything loads Node's own modules,
// and modules that are imported in the ordinary way load them before the first line runs.
import '../emulator/virtual/realm/install.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromVirtual, VirtualPlan } from './virtual-messages.ts';

const { selfTest } = await import('../emulator/virtual/self-test.ts');
const { VirtualWorld } = await import('./virtual-world.ts');

const works = await selfTest().then(
  () => true,
  (error: Error) => {
    parentPort!.postMessage({ kind: 'refused', why: error.message } satisfies FromVirtual);
    return false;
  },
);
if (works) await new VirtualWorld(workerData as VirtualPlan).toItsEnd();
