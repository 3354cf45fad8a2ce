// Ports of one host and one protocol: who has which, and which is free.
import type { RandomStream } from '../../../sim/random.ts';
import { type Address, ANY_IPV6, isAny, isIpv6 } from './addresses.ts';
import type { BindOptions } from './stack.ts';

/** The ports that are given out where a program does not care which: net.ipv4.ip_local_port_range of Linux. */
const EPHEMERAL = { first: 32768, count: 28232 } as const;

/** Ports that are tried before all are looked through. */
const RANDOM_TRIES = 64;

/** What has a port, at one of the host's addresses or at all of them. */
export interface Bound {
  readonly address: Address;
  /** Bound to `::`, and to `0.0.0.0` with it. */
  readonly dual: boolean;
  /** Others that say the same may have the port too. */
  readonly shares: boolean;
}

/** What a program that binds to an address wants to have. */
export function boundTo(
  address: Address,
  { reuseAddress = false, ipv6Only = false }: BindOptions = {},
): Bound {
  return { address, dual: address === ANY_IPV6 && !ipv6Only, shares: reuseAddress };
}

/** Something that has a port. */
export interface Holder {
  readonly bound: Bound;
}

export class PortTable<H extends Holder> {
  private readonly bound = new Map<number, H[]>();

  /** Those who have a port, the one that took it last at the end. */
  at(port: number): readonly H[] | undefined {
    return this.bound.get(port);
  }

  /** The port can be bound beside those who have it. */
  isFree(port: number, wanted: Bound): boolean {
    const holders = this.bound.get(port);
    return !holders?.some(({ bound }) => overlap(bound, wanted) && !(bound.shares && wanted.shares));
  }

  /**
   * The port that a bind gets.
   * @param port 0: an ephemeral one that nobody has
   * @returns 0 where it is taken, or none is free
   */
  choose(port: number, wanted: Bound, random: RandomStream): number {
    if (port !== 0) return this.isFree(port, wanted) ? port : 0;
    const alone = { ...wanted, shares: false };
    return this.pick(random, candidate => this.isFree(candidate, alone));
  }

  /**
   * An ephemeral port that `suits`: a random one, and where it has to be looked for long, the next that does.
   * @returns 0 where none does
   */
  pick(random: RandomStream, suits: (port: number) => boolean): number {
    let port = 0;
    for (let tries = 0; tries < RANDOM_TRIES; tries++) {
      port = EPHEMERAL.first + random.integer(EPHEMERAL.count);
      if (suits(port)) return port;
    }
    for (let step = 0; step < EPHEMERAL.count; step++) {
      const next = EPHEMERAL.first + ((port - EPHEMERAL.first + step) % EPHEMERAL.count);
      if (suits(next)) return next;
    }
    return 0;
  }

  add(port: number, holder: H): void {
    const holders = this.bound.get(port);
    if (holders) holders.push(holder);
    else this.bound.set(port, [holder]);
  }

  remove(port: number, holder: H): void {
    const holders = this.bound.get(port);
    const index = holders?.indexOf(holder) ?? -1;
    if (!holders || index < 0) return;
    if (holders.length === 1) this.bound.delete(port);
    else holders.splice(index, 1);
  }
}

/** What is sent to an address comes to one who is bound so. */
export function covers({ address, dual }: Bound, destination: Address): boolean {
  if (!isAny(address)) return address === destination;
  return dual || isIpv6(address) === isIpv6(destination);
}

function overlap(one: Bound, other: Bound): boolean {
  return covers(one, other.address) || covers(other, one.address);
}
