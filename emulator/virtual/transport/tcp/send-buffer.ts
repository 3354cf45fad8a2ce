// The send buffer: what has been written and not yet acknowledged, as references to the writer's chunks.

const NOTHING = new Uint8Array(0);

export class SendBuffer {
  /** The sequence number after the last byte written. */
  end: number;
  /** What `cut` has found: `data` from `from` to `to`. */
  data: Uint8Array = NOTHING;
  from = 0;
  to = 0;

  private readonly chunks: Uint8Array[] = [];
  /** The sequence number of each chunk's first byte. */
  private readonly starts: number[] = [];
  /** The first chunk that is not acknowledged, and the one that was cut last. */
  private head = 0;
  private last = 0;

  constructor(start: number) {
    this.end = start;
  }

  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.starts.push(this.end);
    this.end += chunk.length;
  }

  /** Lets go of the chunks that lie wholly below a sequence number. */
  release(below: number): void {
    const { chunks, starts } = this;
    while (this.head < chunks.length && starts[this.head] + chunks[this.head].length <= below) {
      chunks[this.head++] = NOTHING;
    }
    if (this.head === chunks.length || this.head > 1024) {
      chunks.splice(0, this.head);
      starts.splice(0, this.head);
      this.last = Math.max(0, this.last - this.head);
      this.head = 0;
    }
  }

  /** Forgets what was written from a sequence number on; none of it may have been sent. */
  truncate(end: number): void {
    while (this.end > end) {
      const start = this.starts.pop()!;
      const chunk = this.chunks.pop()!;
      this.end = start;
      if (start < end) this.append(chunk.subarray(0, end - start));
    }
  }

  /** Lets go of everything. */
  clear(): void {
    this.release(Infinity);
  }

  /**
   * Finds the bytes [sequence, sequence + length), which must be in the buffer. Only where they span chunks are they copied.
   */
  cut(sequence: number, length: number): void {
    let index = this.find(sequence);
    this.last = index;
    this.data = this.chunks[index];
    this.from = sequence - this.starts[index];
    this.to = this.from + length;
    if (this.to <= this.data.length) return;
    const joined = new Uint8Array(length);
    let filled = 0;
    for (let from = this.from; filled < length; from = 0) {
      const part = this.chunks[index++].subarray(from, from + length - filled);
      joined.set(part, filled);
      filled += part.length;
    }
    this.data = joined;
    this.from = 0;
    this.to = length;
  }

  /** The chunk that holds a byte: most often that of the last cut, or the next. */
  private find(sequence: number): number {
    const { starts } = this;
    const holds = (index: number) =>
      index >= this.head &&
      index < starts.length &&
      starts[index] <= sequence &&
      sequence < starts[index] + this.chunks[index].length;
    if (holds(this.last)) return this.last;
    if (holds(this.last + 1)) return this.last + 1;
    let low = this.head;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= sequence) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
