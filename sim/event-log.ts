// The log of a run's events, in chunks that pass between threads: by two of them the runs are compared event for event.
import { Digest } from './digest.ts';
import type { Nanoseconds } from './time.ts';

/** So many events in a row, in the order in which they ran. */
export interface EventChunk {
  readonly times: Float64Array<ArrayBuffer>;
  readonly hosts: Int32Array<ArrayBuffer>;
  readonly kinds: Int32Array<ArrayBuffer>;
  readonly count: number;
}

const CHUNK = 1 << 15;

/** A digest that keeps what it hashes. */
export class EventLog extends Digest {
  private readonly told: (chunk: EventChunk) => void;
  private times = new Float64Array(CHUNK);
  private hosts = new Int32Array(CHUNK);
  private kinds = new Int32Array(CHUNK);
  private count = 0;

  /** @param told is given each chunk, which is its own from then on */
  constructor(told: (chunk: EventChunk) => void) {
    super();
    this.told = told;
  }

  override add(time: Nanoseconds, host: number, kind: number): void {
    super.add(time, host, kind);
    this.times[this.count] = time;
    this.hosts[this.count] = host;
    this.kinds[this.count] = kind;
    if (++this.count === CHUNK) this.flush();
  }

  /** Gives away what there is of the last chunk. */
  flush(): void {
    const { times, hosts, kinds, count } = this;
    this.times = new Float64Array(CHUNK);
    this.hosts = new Int32Array(CHUNK);
    this.kinds = new Int32Array(CHUNK);
    this.count = 0;
    this.told({ times, hosts, kinds, count });
  }
}

/** Two logs, compared as they come. */
export class LogComparison {
  private readonly waiting: [EventChunk[], EventChunk[]] = [[], []];
  private readonly ended = [false, false];
  private compared = 0;
  /** Number of events before the first that differs; undefined where none does so far. */
  difference: number | undefined;

  add(side: 0 | 1, chunk: EventChunk): void {
    this.waiting[side].push(chunk);
    this.compare();
  }

  end(side: 0 | 1): void {
    this.ended[side] = true;
    this.compare();
  }

  private compare(): void {
    const [first, second] = this.waiting;
    while (this.difference === undefined && first.length > 0 && second.length > 0) {
      const [a, b] = [first.shift()!, second.shift()!];
      const same = sameUpTo(a, b);
      if (same < Math.max(a.count, b.count)) this.difference = this.compared + same;
      this.compared += same;
    }
    // One has ended, and the other goes on.
    const over = this.ended.every(Boolean) && first.length !== second.length;
    const left = [...first, ...second].some(({ count }) => count > 0);
    if (over && left) this.difference ??= this.compared;
  }
}

function sameUpTo(a: EventChunk, b: EventChunk): number {
  const most = Math.min(a.count, b.count);
  let same = 0;
  while (
    same < most &&
    a.times[same] === b.times[same] &&
    a.hosts[same] === b.hosts[same] &&
    a.kinds[same] === b.kinds[same]
  ) {
    same++;
  }
  return same;
}
