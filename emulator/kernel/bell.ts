// What wakes the switch from another thread.
import { writeSync } from 'node:fs';
import { close, eventfd } from './syscalls.ts';

const ONE = new Uint8Array(BigUint64Array.of(1n).buffer);

/** Rings in a thread that waits for its descriptor. Make it where the run is started, and pass the descriptor on. */
export class Bell {
  readonly descriptor = eventfd();

  ring(): void {
    writeSync(this.descriptor, ONE);
  }

  /** Not before the other thread has ended. */
  close(): void {
    close(this.descriptor);
  }
}
