// What a program writes, by lines.

import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export type StreamName = 'stdout' | 'stderr';

/** Told each line, without its end. */
export type Output = (stream: StreamName, line: string) => void;

/** Cuts text into lines. */
export class Lines {
  private readonly stream: StreamName;
  private readonly output: Output;
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(stream: StreamName, output: Output) {
    this.stream = stream;
    this.output = output;
  }

  write(chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? chunk : this.decoder.write(chunk as Buffer);
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.output(this.stream, line);
  }

  /** The program has ended: what it began to write is a line. */
  end(): void {
    if (this.rest !== '') this.output(this.stream, this.rest);
    this.rest = '';
  }
}

/** `process.stdout` and `process.stderr`: as if into a file. */
export function writableOf(lines: Lines, fd: number): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      lines.write(chunk);
      done();
    },
  });
  return Object.assign(stream, { fd, _type: 'fs', destroySoon: stream.destroy });
}
