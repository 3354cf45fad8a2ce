// Transfers: slivers that send each other so many bytes from time to time, as flows.
import type { ProtocolDefinition } from '../../protocols/definition.ts';
import { sampleOther } from '../../protocols/members.ts';
import type { Counter, Directory, Distribution, Host, Meter, Protocol } from '../../protocols/port.ts';
import { draw, type Law } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { SECOND } from '../../sim/time.ts';
import type { Flows, TransferObserver } from '../network/flow/flows.ts';

export interface TransferOptions {
  /** Bytes of a transfer. */
  readonly bytes: Law;
  /** Nanoseconds from one start to the next, whatever has become of those before. */
  readonly every: Law;
}

/** The largest figure that a measurement holds: between hosts of one node nothing bounds a rate but the size itself. */
const MOST = Number.MAX_SAFE_INTEGER;

/** What a slice's slivers tell of their transfers. */
class TransferLog implements TransferObserver {
  private readonly bytes: Distribution;
  private readonly time: Distribution;
  private readonly goodput: Distribution;
  private readonly failures: Counter;

  constructor(meter: Meter) {
    this.bytes = meter.distribution('transfer.bytes', 'bytes');
    this.time = meter.distribution('transfer.time', 'ns');
    this.goodput = meter.distribution('transfer.goodput', 'bytes');
    this.failures = meter.counter('transfer.failed');
  }

  completed(bytes: number, time: number): void {
    this.bytes.record(bytes);
    this.time.record(time);
    this.goodput.record(Math.min(MOST, (bytes * SECOND) / Math.max(1, time)));
  }

  failed(): void {
    this.failures.add();
  }
}

/**
 * Sends to random members of the directory. Measures of transfers that are complete `transfer.bytes`, `transfer.time` (ns)
 * and `transfer.goodput` (bytes a second), of those that start `transfer.active` (how many are in progress in the whole
 * testbed) and the counter `transfer.started`, and counts in `transfer.failed` those of which an end was or went down, or
 * that a border keeps out.
 */
class TransferSource implements Protocol<never> {
  private readonly host: Host<never>;
  private readonly options: TransferOptions;
  private readonly directory: Directory;
  private readonly flows: Flows;
  private readonly random: RandomStream;
  private readonly log: TransferLog;
  private readonly started: Counter;
  private readonly active: Distribution;

  constructor(
    host: Host<never>,
    options: TransferOptions,
    directory: Directory,
    meter: Meter,
    flows: Flows,
    random: RandomStream,
  ) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.flows = flows;
    this.random = random;
    this.log = new TransferLog(meter);
    this.started = meter.counter('transfer.started');
    this.active = meter.distribution('transfer.active', 'count');
  }

  start(): void {
    this.host.after(Math.floor(this.gap() * this.random.uniform()), () => this.send());
  }

  stop(): void {}

  receive(): void {}

  private gap(): number {
    return Math.max(1, Math.round(draw(this.options.every, this.random)));
  }

  private send(): void {
    this.host.after(this.gap(), () => this.send());
    const { host, flows, random } = this;
    const to = sampleOther(this.directory, host.address, () => random.uniform());
    if (to === undefined) return;
    this.started.add();
    this.active.record(flows.active);
    const bytes = Math.min(MOST, Math.max(1, Math.round(draw(this.options.bytes, random))));
    flows.start(host.address as number, to as number, bytes, this.log);
  }
}

/** They send no messages. */
const noMessages: ProtocolDefinition<never, TransferOptions>['codec'] = {
  sizeOf: () => 0,
  encode: () => new Uint8Array(),
  decode: () => {
    throw new Error('transfers have no messages');
  },
};

/** What a run needs to know of slivers that make transfers. */
export function transfersOver(flows: Flows, seed: string): ProtocolDefinition<never, TransferOptions> {
  return {
    name: 'transfers',
    about: 'bulk transfers between the members of a slice',
    options: {},
    codec: noMessages,
    create: (host, options, directory, meter) => {
      const random = stream(seed, 'transfers', `${host.address}`, host.random());
      return new TransferSource(host, options, directory, meter, flows, random);
    },
  };
}
