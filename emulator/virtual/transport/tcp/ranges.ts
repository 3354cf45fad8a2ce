// Ranges of sequence numbers: sorted, disjoint, not even touching.

export class Ranges {
  /** Where each range begins, and the first number after it. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  get count(): number {
    return this.starts.length;
  }

  /** The first number after the last range; -Infinity where there is none. */
  get end(): number {
    return this.ends.length === 0 ? -Infinity : this.ends[this.ends.length - 1];
  }

  /** Adds [start, end), start < end. @returns whether any number of it is new */
  add(start: number, end: number): boolean {
    const { starts, ends } = this;
    // Looked for from the end, where most is added.
    let first = starts.length;
    while (first > 0 && ends[first - 1] >= start) first--;
    if (first < starts.length && starts[first] <= start && ends[first] >= end) return false;
    let after = first;
    while (after < starts.length && starts[after] <= end) after++;
    if (after === first) {
      starts.splice(first, 0, start);
      ends.splice(first, 0, end);
    } else {
      starts[first] = Math.min(starts[first], start);
      ends[first] = Math.max(ends[after - 1], end);
      if (after > first + 1) {
        starts.splice(first + 1, after - first - 1);
        ends.splice(first + 1, after - first - 1);
      }
    }
    return true;
  }

  /** Takes out all numbers below a limit. */
  trim(limit: number): void {
    const { starts, ends } = this;
    let whole = 0;
    while (whole < ends.length && ends[whole] <= limit) whole++;
    if (whole > 0) {
      starts.splice(0, whole);
      ends.splice(0, whole);
    }
    if (starts.length > 0 && starts[0] < limit) starts[0] = limit;
  }

  clear(): void {
    this.starts.length = 0;
    this.ends.length = 0;
  }

  /** The index of the range that contains a number, or else of the first behind it; `count` where there is none. */
  indexAt(number: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle] > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
