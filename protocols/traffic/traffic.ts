// A host of a workload: sends by its pattern, answers others, and counts what comes.
import type { Address, Counter, Directory, Host, Meter, Nanoseconds, Protocol } from '../port.ts';
import { Rpc } from '../rpc.ts';
import { type Arrivals, arrivalsOf } from './arrivals.ts';
import { BulkSender } from './bulk.ts';
import type { Datagram, Request, Response, TrafficMessage } from './messages.ts';
import type { TrafficOptions } from './options.ts';
import { Receivers } from './receivers.ts';
import { Responses } from './responses.ts';
import { Streams } from './streams.ts';
import { Transfers } from './transfers.ts';
import { WebUser } from './web.ts';

/** Told of each message that a host sends of its own accord, answers and blocks not among them. */
export type SendObserver = (from: Address, to: Address, at: Nanoseconds) => void;

/**
 * Measures the counters `sent`, `sent.bytes`, `received` and `received.bytes` of all its messages, and of others' datagrams
 * `lost` (numbers that did not come), `late` (that came after higher ones) and `repeated`; and what `Responses`, `WebUser`
 * and `BulkSender` say.
 */
export class Traffic implements Protocol<TrafficMessage> {
  private readonly host: Host<TrafficMessage>;
  private readonly options: TrafficOptions;
  private readonly onSend: SendObserver | undefined;
  private readonly receivers: Receivers;
  private readonly transfers: Transfers;
  private readonly rpc: Rpc<Request, Response>;
  private readonly responses: Responses;
  private readonly streams: Streams;
  private readonly arrivals: Arrivals | undefined;
  private readonly source: { start(): void } | undefined;
  private readonly received: Counter;
  private readonly receivedBytes: Counter;
  private readonly late: Counter;
  private readonly repeated: Counter;
  /** The number of the next datagram, by receiver. */
  private readonly numbers = new Map<Address, number>();
  private readonly stream: number;
  private began: Nanoseconds = 0;
  private readonly random = (): number => this.host.random();
  private readonly sendLater = (): void => {
    this.send();
    this.pause();
  };

  constructor(
    host: Host<TrafficMessage>,
    options: TrafficOptions,
    directory: Directory,
    meter: Meter,
    onSend?: SendObserver,
  ) {
    this.host = counted(host, meter);
    this.options = options;
    this.onSend = onSend;
    this.receivers = new Receivers(directory, host.address, options.receivers, this.random);
    this.transfers = new Transfers(this.host, options);
    this.rpc = new Rpc<Request, Response>(this.host, { timeout: options.response.timeout, attempts: 1 });
    this.responses = new Responses(meter);
    const lost = meter.counter('lost');
    this.streams = new Streams(count => lost.add(count));
    this.late = meter.counter('late');
    this.repeated = meter.counter('repeated');
    this.received = meter.counter('received');
    this.receivedBytes = meter.counter('received.bytes');
    this.stream = Math.floor(host.random() * 2 ** 32);
    this.arrivals = arrivalsOf(this.random, options);
    this.source = this.sourceOf(options, meter);
  }

  start(): void {
    this.began = this.host.now();
    this.source?.start();
    this.pause();
  }

  stop(): void {
    this.transfers.clear();
    this.rpc.clear();
  }

  receive(from: Address, message: TrafficMessage): void {
    this.received.add();
    this.receivedBytes.add(message.bytes);
    switch (message.type) {
      case 'datagram':
        this.take(from, message);
        return;
      case 'request':
        this.host.send(from, { type: 'response', rpc: message.rpc, bytes: message.wanted });
        return;
      case 'response':
        if (!this.rpc.settle(from, message)) this.transfers.settle(from, message);
    }
  }

  private sourceOf(options: TrafficOptions, meter: Meter): { start(): void } | undefined {
    const { receivers, transfers, responses } = this;
    if (options.pattern === 'web')
      return new WebUser(this.host, options, receivers, transfers, responses, meter);
    if (options.pattern === 'bulk')
      return new BulkSender(this.host, options, receivers, transfers, responses, meter);
    return undefined;
  }

  private take(from: Address, datagram: Datagram): void {
    const kind = this.streams.note(from, datagram);
    if (kind === 'repeated') {
      this.repeated.add();
      return;
    }
    if (kind === 'late') this.late.add();
    this.responses.received(datagram.bytes);
  }

  private pause(): void {
    const { arrivals, host } = this;
    if (arrivals) host.after(arrivals.after(host.now() - this.began), this.sendLater);
  }

  private send(): void {
    const to = this.receivers.next();
    if (to === undefined) return;
    this.onSend?.(this.host.address, to, this.host.now());
    if (this.options.exchange === 'request') this.ask(to);
    else this.tell(to);
  }

  private tell(to: Address): void {
    const number = this.numbers.get(to) ?? 0;
    this.numbers.set(to, (number + 1) >>> 0);
    this.host.send(to, { type: 'datagram', stream: this.stream, number, bytes: this.options.bytes });
  }

  private ask(to: Address): void {
    const { bytes, response } = this.options;
    const request: Request = { type: 'request', rpc: this.rpc.number(), wanted: response.bytes, bytes };
    this.rpc.call(to, request, (reply, rtt) => {
      if (reply) this.responses.received(reply.bytes);
      this.responses.ended(rtt);
    });
  }
}

/** The host, with what is sent counted in `sent` and `sent.bytes`. */
function counted(host: Host<TrafficMessage>, meter: Meter): Host<TrafficMessage> {
  const [sent, bytes] = [meter.counter('sent'), meter.counter('sent.bytes')];
  return {
    get address() {
      return host.address;
    },
    now: () => host.now(),
    random: () => host.random(),
    after: (delay, run) => host.after(delay, run),
    send(to, message) {
      sent.add();
      bytes.add(message.bytes);
      host.send(to, message);
    },
  };
}
