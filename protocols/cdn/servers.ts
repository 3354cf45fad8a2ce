// The servers that a host may fetch from, and which of them were silent lately.
import type { Address, Counter, Directory, Host, Meter, Nanoseconds } from '../port.ts';
import type { CdnMessage, Message } from './messages.ts';
import type { CdnOptions } from './options.ts';
import type { Proximity } from './proximity.ts';
import { proximityOf, type Redirection, redirectionOf } from './redirection.ts';

/** Counts `servers.failed`: servers that were given up in the middle of a fetch. */
export class Servers {
  private readonly host: Host<CdnMessage>;
  private readonly avoid: Nanoseconds;
  private readonly proximity: Proximity | undefined;
  private readonly redirection: Redirection;
  private readonly avoidUntil = new Map<Address, Nanoseconds>();
  private readonly failures: Counter;

  constructor(host: Host<CdnMessage>, options: CdnOptions, directory: Directory, meter: Meter) {
    this.host = host;
    this.avoid = options.avoid;
    this.proximity = proximityOf(options, host, directory);
    this.redirection = redirectionOf(options, directory, () => host.random(), this.proximity);
    this.failures = meter.counter('servers.failed');
  }

  start(): void {
    this.proximity?.meetListed();
  }

  stop(): void {
    this.proximity?.stop();
  }

  /** A server for an object. Undefined where all that are listed were tried. */
  choose(object: number, tried: ReadonlySet<Address>): Address | undefined {
    const now = this.host.now();
    const untried = (server: Address) => server !== this.host.address && !tried.has(server);
    const sound = (server: Address) => untried(server) && (this.avoidUntil.get(server) ?? now) <= now;
    return this.redirection.choose(object, sound) ?? this.redirection.choose(object, untried);
  }

  /** A server did not answer, or, where it is not silent, refused what it was asked for: it may have other objects. */
  failed(server: Address, silent: boolean): void {
    this.failures.add();
    if (silent) this.avoidUntil.set(server, this.host.now() + this.avoid);
  }

  probed(from: Address, reply: Message<'probed'>): void {
    this.proximity?.settle(from, reply);
  }
}
