// What the parts of one host's stack share, in one life of the host.
import type { RandomStream } from '../../../sim/random.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import {
  type Address,
  addressBeside,
  BROADCAST,
  hostOf,
  isAny,
  isIpv6,
  isLoopback,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  parseAddress,
} from './addresses.ts';
import type { Internet, Teller } from './internet.ts';
import { type Ends, LOOPBACK_MTU, MTU } from './packet.ts';
import type { Family } from './stack.ts';

export class Kernel {
  readonly internet: Internet;
  readonly host: number;
  private paused = false;
  private crashed = false;
  /** Those who would have told something, had the host not been paused. */
  private readonly held = new Set<Teller>();
  private stream: RandomStream | undefined = undefined;
  private identification = 0;
  private secret = 0;

  constructor(internet: Internet, host: number) {
    this.internet = internet;
    this.host = host;
  }

  /** The kernel of the host's next life; this one tells nobody anything any more. */
  crash(): Kernel {
    const next = new Kernel(this.internet, this.host);
    next.stream = this.stream;
    this.crashed = true;
    this.held.clear();
    return next;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    const held = [...this.held];
    this.held.clear();
    for (const teller of held) this.tellLater(teller);
  }

  /** A teller asks whether to be silent. It is asked again when the host resumes. */
  holds(teller: Teller): boolean {
    if (this.paused) this.held.add(teller);
    return this.paused || this.crashed;
  }

  /** Has `teller` called in an event of its own, at this time. */
  tellLater(teller: Teller): void {
    this.internet.tellLater(this.host, teller);
  }

  get now(): Nanoseconds {
    return this.internet.sim.now;
  }

  /** Made at its first use: most hosts of a large run draw little. */
  get random(): RandomStream {
    this.stream ??= this.internet.random(this.host);
    return this.stream;
  }

  /** The address that a program names to bind to; undefined where the host has no such address. */
  bindable(text: string): Address | undefined {
    const address = parseAddress(text);
    return address !== undefined && (isAny(address) || this.owns(address)) ? address : undefined;
  }

  /** The host has the address. */
  owns(address: Address): boolean {
    return isLoopback(address) || hostOf(address) === this.host;
  }

  /**
   * Where a program that names this address sends to: an unspecified address means the host itself, as on Linux.
   * @returns undefined where no network has the address, or a socket of the family cannot reach it
   */
  destination(text: string, family: Family, ipv6Only: boolean): Address | undefined {
    const address = parseAddress(text);
    if (address === undefined || (isIpv6(address) ? family === 'IPv4' : ipv6Only)) return undefined;
    if (isAny(address)) return isIpv6(address) ? LOOPBACK_IPV6 : LOOPBACK_IPV4;
    return isLoopback(address) || hostOf(address) >= 0 || address === BROADCAST ? address : undefined;
  }

  /** The address that a packet leaves with, unless its socket is bound to one. */
  sourceFor(destination: Address): Address {
    if (isLoopback(destination)) return isIpv6(destination) ? LOOPBACK_IPV6 : LOOPBACK_IPV4;
    return addressBeside(destination, this.host);
  }

  /** The next number by which fragments of one datagram know each other. */
  identify(): number {
    this.identification = (this.identification + 1) & 0xffff;
    return this.identification;
  }

  /**
   * The first sequence number of a connection: a clock of 4 us and a secret function of its ends (RFC 6528), so that a
   * connection begins above what the last one between the same ends has used.
   */
  sequenceNumber({ source, destination, sourcePort, destinationPort }: Ends): number {
    if (this.secret === 0) this.secret = 1 + this.random.integer(2 ** 32 - 1);
    let hash = this.secret;
    for (const part of [source, destination, sourcePort, destinationPort]) {
      hash = Math.imul(hash ^ (part % 2 ** 32), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return Math.floor(this.now / 4000) + (hash >>> 0);
  }

  /** The largest packet that goes to a destination in one piece. */
  mtu(destination: Address): number {
    return this.owns(destination) ? LOOPBACK_MTU : MTU;
  }
}
