// A host with a network coordinate, which foretells round trips to hosts that it has never spoken to.
import { sampleOther } from '../members.ts';
import type { Address, Directory, Distribution, Host, Meter, Protocol } from '../port.ts';
import { Rpc } from '../rpc.ts';
import { distance, type Estimate, moved, unknown } from './coordinate.ts';
import type { VivaldiMessage } from './messages.ts';
import type { VivaldiOptions } from './options.ts';

const MILLISECOND = 1e6;

/** Draws of a member before a host makes do with the neighbours that it has. */
const DRAWS = 4;

/** Pings in a row that a neighbour may leave unanswered before another takes its place. */
const PATIENCE = 3;

/** Told of each sample: who took it of whom, what was foretold and what was measured, in milliseconds. */
export type SampleObserver = (self: Address, other: Address, foretold: number, rtt: number) => void;

/**
 * Vivaldi after F. Dabek, R. Cox, F. Kaashoek, R. Morris, "Vivaldi: A Decentralized Network Coordinate System", SIGCOMM
 * 2004: figure 3 (adaptive timestep), section 5.4 (height vectors), on 2-D coordinates.
 *
 * Measures the distributions `rtt` (ns), `error` (ratio: |foretold - rtt| / rtt of each sample, before it is taken into
 * account) and `height` (ns, after each sample); with checks, `check.error` (ratio: as `error`, of round trips to members that
 * are no neighbours, which move nobody).
 */
export class Vivaldi implements Protocol<VivaldiMessage> {
  estimate: Estimate = unknown;
  private readonly host: Host<VivaldiMessage>;
  private readonly options: VivaldiOptions;
  private readonly directory: Directory;
  private readonly rpc: Rpc<VivaldiMessage, VivaldiMessage>;
  private readonly onSample: SampleObserver | undefined;
  private readonly rtt: Distribution;
  private readonly error: Distribution;
  private readonly height: Distribution;
  private readonly checkError: Distribution;
  /** Each with the pings in a row that it left unanswered. */
  private readonly neighbours = new Map<Address, number>();
  private readonly random = (): number => this.host.random();
  private readonly tick = (): void => this.sample();
  private readonly checkTick = (): void => this.check();

  constructor(
    host: Host<VivaldiMessage>,
    options: VivaldiOptions,
    directory: Directory,
    meter: Meter,
    onSample?: SampleObserver,
  ) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onSample = onSample;
    // A ping that is sent again tells no round trip.
    this.rpc = new Rpc<VivaldiMessage, VivaldiMessage>(host, { timeout: options.timeout, attempts: 1 });
    this.rtt = meter.distribution('rtt', 'ns');
    this.error = meter.distribution('error', 'ratio');
    this.height = meter.distribution('height', 'ns');
    this.checkError = meter.distribution('check.error', 'ratio');
  }

  start(): void {
    this.host.after(Math.floor(this.host.random() * this.options.every), this.tick);
    const { check } = this.options;
    if (check > 0) this.host.after(Math.floor(this.host.random() * check), this.checkTick);
  }

  stop(): void {
    this.rpc.clear();
  }

  receive(from: Address, message: VivaldiMessage): void {
    if (message.type === 'pong') this.rpc.settle(from, message);
    else this.host.send(from, { type: 'pong', rpc: message.rpc, estimate: this.estimate });
  }

  private sample(): void {
    this.host.after(this.options.every, this.tick);
    this.recruit();
    const known = [...this.neighbours.keys()];
    const to = known[Math.floor(this.host.random() * known.length)];
    if (to === undefined) return;
    this.ping(
      to,
      (estimate, rtt) => this.take(to, estimate, rtt),
      () => this.miss(to),
    );
  }

  private check(): void {
    this.host.after(this.options.check, this.checkTick);
    const to = sampleOther(this.directory, this.host.address, this.random);
    if (to === undefined || this.neighbours.has(to)) return;
    this.ping(to, (estimate, rtt) => this.checkError.record(this.foretell(estimate, rtt).error));
  }

  private ping(to: Address, answered: (estimate: Estimate, rtt: number) => void, lost?: () => void): void {
    this.rpc.call(to, { type: 'ping', rpc: this.rpc.number() }, (reply, rtt) => {
      if (reply?.type === 'pong' && rtt) answered(reply.estimate, rtt);
      else lost?.();
    });
  }

  /** What the coordinates foretell in milliseconds, and how far it is off, relative to what was measured. */
  private foretell(other: Estimate, rtt: number): { foretold: number; error: number } {
    const foretold = distance(this.estimate.coordinate, other.coordinate);
    return { foretold, error: Math.abs(foretold - rtt / MILLISECOND) / (rtt / MILLISECOND) };
  }

  private recruit(): void {
    for (let draw = 0; draw < DRAWS && this.neighbours.size < this.options.neighbours; draw++) {
      const member = sampleOther(this.directory, this.host.address, this.random);
      if (member !== undefined && !this.neighbours.has(member)) this.neighbours.set(member, 0);
    }
  }

  private take(from: Address, other: Estimate, rtt: number): void {
    if (this.neighbours.has(from)) this.neighbours.set(from, 0);
    const milliseconds = rtt / MILLISECOND;
    const { foretold, error } = this.foretell(other, rtt);
    this.rtt.record(rtt);
    this.error.record(error);
    this.onSample?.(this.host.address, from, foretold, milliseconds);
    this.estimate = moved(this.estimate, other, milliseconds, this.options, this.random);
    this.height.record(this.estimate.coordinate.height * MILLISECOND);
  }

  private miss(neighbour: Address): void {
    const missed = (this.neighbours.get(neighbour) ?? 0) + 1;
    if (missed >= PATIENCE) this.neighbours.delete(neighbour);
    else this.neighbours.set(neighbour, missed);
  }
}
