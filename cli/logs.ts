// `petri logs`: what the program of a host has printed.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import { catchInterrupt } from './interrupt.ts';
import { type LiveRunOptions, onLiveRun, withHost } from './live-run.ts';

interface LogsOptions extends LiveRunOptions {
  host: string;
  follow: boolean;
}

/** Milliseconds between two looks for more. */
const EVERY = 100;
const CHUNK = 1 << 16;

export const logsCommand: CommandModule<object, LogsOptions> = {
  command: 'logs <host>',
  describe: "Show what a host's program has printed",
  builder: yargs =>
    withHost(yargs).option('follow', {
      alias: 'f',
      type: 'boolean',
      default: false,
      describe: 'go on until the run ends, or Ctrl-C',
    }),
  handler: options =>
    onLiveRun(options, async client => {
      const files = await client.ask('logs', { host: options.host });
      const interrupt = catchInterrupt();
      const logs = [
        { file: new GrowingFile(files.stdout), to: process.stdout },
        { file: new GrowingFile(files.stderr), to: process.stderr },
      ];
      for (let more = true; more; ) {
        // Looked at first: what is printed until then is shown.
        more = options.follow && !interrupt.requested && client.isUp;
        for (const { file, to } of logs) file.copyTo(to);
        if (more) await wait(EVERY);
      }
      for (const { file } of logs) file.close();
      interrupt.release();
    }),
};

/** A file that is copied as far as it goes, again and again. */
class GrowingFile {
  private readonly descriptor: number | undefined;
  private position = 0;

  constructor(file: string) {
    this.descriptor = existsSync(file) ? openSync(file, 'r') : undefined;
  }

  copyTo(stream: NodeJS.WritableStream): void {
    if (this.descriptor === undefined) return;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK);
      const count = readSync(this.descriptor, chunk, 0, CHUNK, this.position);
      if (count === 0) return;
      this.position += count;
      stream.write(chunk.subarray(0, count));
    }
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }
}
