// `petri capture`: the packets of a host of a run that is up, in a file for Wireshark.
import type { CommandModule } from 'yargs';
import { PcapngWriter } from '../results/pcapng.ts';
import { UsageError } from './exit.ts';
import { type LiveRunOptions, onLiveRun, withHost } from './live-run.ts';
import { warn } from './output.ts';

interface CaptureOptions extends LiveRunOptions {
  host: string;
  output: string;
  count?: number | undefined;
}

/** Milliseconds for which a packet may wait before it is in the file. */
const FLUSH_EVERY = 500;

export const captureCommand: CommandModule<object, CaptureOptions> = {
  command: 'capture <host>',
  describe: 'Write the packets of a host to a file for Wireshark, until Ctrl-C',
  builder: yargs =>
    withHost(yargs)
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'file to make: f.pcapng',
      })
      .option('count', { type: 'number', requiresArg: true, describe: 'end after so many packets' }),
  handler: async options => {
    const { host, output, count = Infinity } = options;
    if (!(count >= 1))
      throw new UsageError(`--count: found ${count}, expected a number of packets, 1 or more`);
    await onLiveRun(options, async client => {
      const stop = new AbortController();
      const end = () => stop.abort();
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.once(signal, end);
      const file = new CaptureFile(output, count, end);
      try {
        await client.capture(
          host,
          stop.signal,
          ({ host, startedAt }) => file.begin(host, startedAt),
          ({ direction, time, bytes }, lost) => file.add(direction, time, bytes, lost),
        );
      } finally {
        file.close();
        for (const signal of signals) process.off(signal, end);
      }
      warn(`${file.packets} packets written to ${output}${file.lost > 0 ? `, ${file.lost} lost` : ''}`);
    });
  },
};

class CaptureFile {
  packets = 0;
  lost = 0;
  private readonly path: string;
  private readonly most: number;
  private readonly full: () => void;
  private writer: PcapngWriter | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Nanoseconds from the whole second that the file counts from to the start of the run. */
  private shift = 0;
  private host = 0;

  /** @param full called when there are as many packets as there may be */
  constructor(path: string, most: number, full: () => void) {
    this.path = path;
    this.most = most;
    this.full = full;
  }

  /** Makes the file: not before it is known that there is such a host. @param startedAt milliseconds since 1970 */
  begin(host: string, startedAt: number): void {
    const epoch = Math.floor(startedAt / 1000);
    this.shift = Math.round((startedAt - epoch * 1000) * 1e6);
    this.writer = new PcapngWriter(this.path, { epoch });
    this.host = this.writer.interface(host);
    // Whoever looks at it meanwhile sees what has come.
    this.writer.flush();
    this.timer = setInterval(() => this.writer?.flush(), FLUSH_EVERY);
  }

  add(direction: 'in' | 'out', time: number, bytes: Uint8Array, lost: number): void {
    if (this.packets >= this.most) return;
    this.lost += lost;
    this.packets++;
    this.writer!.packet(this.host, direction, time + this.shift, bytes);
    if (this.packets === this.most) this.full();
  }

  close(): void {
    clearInterval(this.timer);
    this.writer?.close();
  }
}
