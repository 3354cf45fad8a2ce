// Buffers that programs get without asking for zeros: what other memory held before is the same in no two runs.
import { replace } from './internals.ts';
import { running } from './running.ts';

export function installBuffers(): void {
  for (const name of ['allocUnsafe', 'allocUnsafeSlow'] as const) {
    const original = Buffer[name];
    replace(Buffer, name, (size: number) => {
      const buffer = original(size);
      return running.machine === undefined ? buffer : buffer.fill(0);
    });
  }
}
