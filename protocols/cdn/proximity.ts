// How far away the listed servers are, by round trips measured now and then.
import type { Address, Directory, Host, Nanoseconds } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { CdnMessage, Message } from './messages.ts';

/** A probe unanswered for this long is lost. */
const TIMEOUT: Nanoseconds = 3e9;

/** Weight of a new round trip in the average: that of RFC 6298. */
const GAIN = 1 / 8;

type ProbeHost = Host<Message<'probe' | 'probed'>>;

/** Undefined of a server that has not answered, or has not answered the last probe. */
type RoundTrips = Map<Address, Nanoseconds | undefined>;

export class Proximity {
  private readonly host: Host<CdnMessage>;
  private readonly every: Nanoseconds;
  private readonly directory: Directory;
  private readonly rpc: Rpc<Message<'probe'>, Message<'probed'>>;
  private readonly roundTrips: RoundTrips = new Map();
  private listed = 0;

  /** @param every nanoseconds between two probes of a server */
  constructor(host: Host<CdnMessage>, every: Nanoseconds, directory: Directory) {
    this.host = host;
    this.every = every;
    this.directory = directory;
    // A probe that is sent again tells no round trip.
    const options = { timeout: TIMEOUT, attempts: 1 };
    this.rpc = new Rpc<Message<'probe'>, Message<'probed'>>(host as unknown as ProbeHost, options);
  }

  /** Begins to probe those that have been listed since it was last called. */
  meetListed(): void {
    for (; this.listed < this.directory.size; this.listed++) {
      const server = this.directory.at(this.listed);
      if (this.roundTrips.has(server)) continue;
      this.roundTrips.set(server, undefined);
      this.probe(server);
    }
  }

  stop(): void {
    this.rpc.clear();
  }

  settle(from: Address, reply: Message<'probed'>): void {
    this.rpc.settle(from, reply);
  }

  /** The acceptable servers of known round trip, the nearest first. */
  nearest(acceptable: (server: Address) => boolean): Address[] {
    const known: [server: Address, rtt: Nanoseconds][] = [];
    for (const [server, rtt] of this.roundTrips)
      if (rtt !== undefined && acceptable(server)) known.push([server, rtt]);
    return known.sort((a, b) => a[1] - b[1]).map(([server]) => server);
  }

  private probe(server: Address): void {
    this.rpc.call(server, { type: 'probe', rpc: this.rpc.number() }, (_, rtt) => {
      const before = this.roundTrips.get(server);
      const smoothed = rtt === undefined || before === undefined ? rtt : before + GAIN * (rtt - before);
      this.roundTrips.set(server, smoothed);
      this.host.after(this.every, () => this.probe(server));
    });
  }
}
