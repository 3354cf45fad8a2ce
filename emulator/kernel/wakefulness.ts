// Wakefulness: the processors' own, without which a packet waits until one has come out of its sleep.
import { closeSync, openSync, writeSync } from 'node:fs';

/** Whoever holds it open says how many microseconds a processor may take to wake (Linux, PM quality of service). */
const LATENCY = '/dev/cpu_dma_latency';

/**
 * Keeps idle processors from sleeping, where this user may: a round trip is nearer to the model's by some 60 us on a virtual
 * machine. The processors then use power while they wait.
 * @returns lets them sleep again
 */
export function keepAwake(): () => void {
  try {
    const file = openSync(LATENCY, 'w');
    writeSync(file, new Uint8Array(Int32Array.of(0).buffer));
    return () => closeSync(file);
  } catch {
    // Without it packets are later, as the report will say.
    return () => undefined;
  }
}
