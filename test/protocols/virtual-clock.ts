// A virtual clock for tests of protocols: a heap of callbacks, with nothing to be fast about and nothing to go wrong.
import { Heap } from 'heap-js';

interface Entry {
  readonly time: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export class VirtualClock {
  /** Nanoseconds since the start. */
  now = 0;
  private order = 0;
  private live = 0;
  private readonly heap = new Heap<Entry>((a, b) => a.time - b.time || a.order - b.order);

  /** Callbacks to come. */
  get pending(): number {
    return this.live;
  }

  /** @returns takes the callback back */
  after(delay: number, run: () => void): () => void {
    if (!(delay >= 0)) throw new RangeError(`a delay of ${delay} ns`);
    const entry: Entry = { time: this.now + Math.round(delay), order: this.order++, run };
    this.heap.push(entry);
    this.live++;
    return () => {
      if (entry.run) this.live--;
      entry.run = undefined;
    };
  }

  /** Runs what is due within a span, its end included. Time stays an integer, as the port has it. */
  advance(span: number): void {
    const end = this.now + Math.round(span);
    for (let next = this.heap.peek(); next && next.time <= end; next = this.heap.peek()) {
      this.heap.pop();
      this.now = next.time;
      const { run } = next;
      if (!run) continue;
      next.run = undefined;
      this.live--;
      run();
    }
    this.now = end;
  }
}
