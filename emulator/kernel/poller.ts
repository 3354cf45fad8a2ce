// Waiting for descriptors to become readable, for so many nanoseconds at most, without allocating anything.
import type { Nanoseconds } from '../../sim/time.ts';
import { EINTR } from './constants.ts';
import {
  close,
  EPOLL_EVENT,
  EPOLL_TAG,
  epollAdd,
  epollCreate,
  errno,
  failure,
  memory,
  rawCalls,
} from './syscalls.ts';

/** The call of this number is `epoll_pwait2` on every architecture (Linux 5.11). */
const EPOLL_PWAIT2 = 441;
const MOST_EVENTS = 256;

export class Poller {
  private readonly epoll = epollCreate();
  private readonly events = memory(MOST_EVENTS * EPOLL_EVENT);
  private readonly timeout = memory(16); // struct timespec
  private readonly syscall = rawCalls().syscall;
  private readonly tags: Int32Array;
  private readonly wait: Int32Array;

  constructor() {
    this.tags = words(this.events.bytes);
    this.wait = words(this.timeout.bytes);
    this.wait.fill(0);
  }

  /** @param tag comes back when the descriptor is readable */
  add(descriptor: number, tag: number): void {
    epollAdd(this.epoll, descriptor, tag);
  }

  /**
   * @param timeout below 1 s; 0: not to wait at all
   * @returns how many descriptors are readable, whose tags are to be had by `tag`
   */
  poll(timeout: Nanoseconds): number {
    this.wait[2] = timeout;
    const ready = this.syscall(
      EPOLL_PWAIT2,
      this.epoll,
      this.events.address,
      MOST_EVENTS,
      this.timeout.address,
      0,
      0,
    );
    if (ready >= 0) return ready;
    if (errno() === EINTR) return 0;
    throw failure('wait for packets');
  }

  tag(event: number): number {
    return this.tags[(event * EPOLL_EVENT + EPOLL_TAG) >>> 2];
  }

  close(): void {
    close(this.epoll);
  }
}

function words(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}
