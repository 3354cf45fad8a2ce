// A program's output: files that it writes to without our help, and that are read behind it.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

export const OUTPUTS = ['stdout', 'stderr'] as const;
export type OutputName = (typeof OUTPUTS)[number];

/** @param logs the folder of a host's log files */
export function outputFile(logs: string, name: OutputName): string {
  return join(logs, `${name}.log`);
}

/** Bytes read from a file at a time; further behind than so much, what lies between is not read. */
const CHUNK = 1 << 16;
const FURTHEST_BEHIND = 1 << 24;
/** A longer line is nobody's metric; of those only the beginning is looked at. */
const LONGEST_LINE = 1 << 16;
const LINE_END = 0x0a;

const buffer = Buffer.allocUnsafe(CHUNK);

/** Reads a file that grows, line by line. */
export class Tail {
  /** Bytes passed over because they came faster than they were read. */
  skipped = 0;
  private readonly descriptor: number;
  private position: number;
  /** The beginning of a line whose end has not come. */
  private rest: Buffer = Buffer.alloc(0);

  /** The file is there already; what it holds by now is passed over. */
  constructor(file: string) {
    this.descriptor = openSync(file, 'r');
    this.position = fstatSync(this.descriptor).size;
  }

  /**
   * Reads on, by so many bytes at most.
   * @param line told of each whole line, without its end
   * @returns whether there may be more
   */
  read(most: number, line: (text: string) => void): boolean {
    for (let left = most; left > 0; ) {
      const count = readSync(this.descriptor, buffer, 0, Math.min(left, CHUNK), this.position);
      if (count === 0) return false;
      this.position += count;
      left -= count;
      this.split(buffer.subarray(0, count), line);
      if (count < CHUNK && left > 0) return false;
    }
    this.catchUp();
    return true;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private split(bytes: Buffer, line: (text: string) => void): void {
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
      const piece = bytes.subarray(start, end);
      line((this.rest.length > 0 ? Buffer.concat([this.rest, piece]) : piece).toString());
      this.rest = Buffer.alloc(0);
      start = end + 1;
    }
    if (start < bytes.length && this.rest.length < LONGEST_LINE) {
      this.rest = Buffer.concat([this.rest, bytes.subarray(start)]);
    }
  }

  private catchUp(): void {
    const behind = fstatSync(this.descriptor).size - this.position;
    if (behind <= FURTHEST_BEHIND) return;
    this.skipped += behind;
    this.position += behind;
    this.rest = Buffer.alloc(0);
  }
}

/** The last lines of a file, at most so many; none where it is not there. */
export function lastLines(file: string, most: number): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const size = fstatSync(descriptor).size;
    const length = Math.min(size, 4096);
    const bytes = Buffer.alloc(length);
    readSync(descriptor, bytes, 0, length, size - length);
    const lines = bytes.toString().split(/\r?\n/);
    return lines.filter(line => line.trim() !== '').slice(-most);
  } finally {
    closeSync(descriptor);
  }
}
