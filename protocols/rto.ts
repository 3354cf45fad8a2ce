// Retransmission timeouts: how long to wait for a peer's answer, the same for all or learnt from each one's round trips.
import type { Address, Nanoseconds } from './port.ts';

/** Decides how long to wait for an answer. */
export interface RtoPolicy {
  /** Nanoseconds (>= 1) to wait for the peer's next answer. */
  of(peer: Address): Nanoseconds;
  /** The peer answered a request that was sent once, `rtt` after it was sent. */
  answered(peer: Address, rtt: Nanoseconds): void;
  /** An answer was waited for in vain, this long. */
  timedOut(peer: Address, waited: Nanoseconds): void;
}

/** The same for every peer, whatever happens. */
export class FixedRto implements RtoPolicy {
  private readonly timeout: Nanoseconds;

  constructor(timeout: Nanoseconds) {
    this.timeout = timeout;
  }

  of(): Nanoseconds {
    return this.timeout;
  }

  answered(): void {}

  timedOut(): void {}
}

/** The RFC's constants: gains of the two averages, K, and G, below which a variation is not believed. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;
const G = 1e6;

/**
 * Below this the timeout does not fall. The RFC says a second, so that a TCP receiver may delay its acknowledgement; a
 * request is answered at once, and this much is left for queues that fill suddenly.
 */
export const MINIMUM_RTO: Nanoseconds = 200e6;

/** Above this it is not doubled. */
export const MAXIMUM_RTO: Nanoseconds = 60e9;

/** Peers that are remembered, those heard last: a node meets many once and a few again and again. */
export const REMEMBERED_PEERS = 128;

interface Estimate {
  /** Undefined before the first round trip. */
  srtt: Nanoseconds | undefined;
  rttvar: Nanoseconds;
  rto: Nanoseconds;
}

/**
 * A timeout for each peer by V. Paxson, M. Allman, J. Chu, M. Sargent, "Computing TCP's Retransmission Timer", RFC 6298,
 * 2011: RTO = SRTT + max(G, K RTTVAR), doubled at each timeout until the next measurement. Whoever tells it of round
 * trips keeps Karn's rule: never of a request that was sent more than once.
 */
export class AdaptiveRto implements RtoPolicy {
  private readonly initial: Nanoseconds;
  /** In the order of their last answers or timeouts. */
  private readonly peers = new Map<Address, Estimate>();

  /** @param initial nanoseconds to wait for a peer of which nothing is known */
  constructor(initial: Nanoseconds) {
    this.initial = initial;
  }

  of(peer: Address): Nanoseconds {
    return this.peers.get(peer)?.rto ?? this.initial;
  }

  /** The peer's smoothed round trip. Undefined where none was measured. */
  srtt(peer: Address): Nanoseconds | undefined {
    return this.peers.get(peer)?.srtt;
  }

  answered(peer: Address, rtt: Nanoseconds): void {
    const estimate = this.touch(peer);
    const { srtt } = estimate;
    if (srtt === undefined) {
      estimate.srtt = rtt;
      estimate.rttvar = rtt / 2;
    } else {
      estimate.rttvar += BETA * (Math.abs(srtt - rtt) - estimate.rttvar);
      estimate.srtt = srtt + ALPHA * (rtt - srtt);
    }
    const rto = estimate.srtt! + Math.max(G, K * estimate.rttvar);
    estimate.rto = Math.round(Math.min(Math.max(rto, MINIMUM_RTO), MAXIMUM_RTO));
  }

  /** Several requests that were under way to one peer and time out together double its timeout once. */
  timedOut(peer: Address, waited: Nanoseconds): void {
    const estimate = this.touch(peer);
    if (waited >= estimate.rto)
      estimate.rto = Math.max(estimate.rto, Math.min(2 * estimate.rto, MAXIMUM_RTO));
  }

  /** A peer is given up: when it is met again, nothing is known of it. */
  forget(peer: Address): void {
    this.peers.delete(peer);
  }

  private touch(peer: Address): Estimate {
    const estimate = this.peers.get(peer) ?? { srtt: undefined, rttvar: 0, rto: this.initial };
    this.peers.delete(peer);
    this.peers.set(peer, estimate);
    if (this.peers.size > REMEMBERED_PEERS) this.peers.delete(this.peers.keys().next().value!);
    return estimate;
  }
}
