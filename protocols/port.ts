// The port: all that a protocol may ask of the host that it runs on, and all that a host may ask of a protocol.

/** Time on a host's own clock, in integer nanoseconds since an origin that the host chooses. */
export type Nanoseconds = number;

/** Where a host is reached. Opaque to a protocol: compare with `===`, use as a key of a Map, never take apart. */
export type Address = number | string;

/** A timer that has been set. */
export interface Timer {
  /** Takes the timer back; without effect once it has run or was cancelled. */
  cancel(): void;
}

/** What a protocol may ask of the host that it runs on. */
export interface Host<M> {
  readonly address: Address;
  now(): Nanoseconds;
  /** Uniform in [0, 1). */
  random(): number;
  /** Sends an unreliable datagram: it may be lost, late, or out of order, and nobody is told. */
  send(to: Address, message: M): void;
  /** Runs `run` once, `delay` nanoseconds (>= 0) from now, unless the host stops before. */
  after(delay: Nanoseconds, run: () => void): Timer;
}

/** A protocol's side of the port. One instance serves one host, from `start` until `stop` or the host's crash. */
export interface Protocol<M> {
  start(): void;
  /** A datagram has arrived. A message must not be changed: in a simulation the sender holds the same object. */
  receive(from: Address, message: M): void;
  /** Leaves in good order. A crash does not call it. */
  stop(): void;
}

/** The other members of the slice, as far as whoever started this host knew them: listed is not alive. */
export interface Directory {
  readonly size: number;
  /** @param index 0 .. size - 1 */
  at(index: number): Address;
}

/** The unit in which a distribution's values are given. `ns` is shown to people in milliseconds. */
export type Unit = 'ns' | 'ratio' | 'hops' | 'bytes' | 'count';

export interface Counter {
  /** @param by 1 where left out */
  add(by?: number): void;
}

export interface Distribution {
  /** @param value finite, >= 0, in the distribution's unit */
  record(value: number): void;
}

/** Where a protocol reports what it measures. Asking twice for one name gives the same instrument. */
export interface Meter {
  counter(name: string): Counter;
  distribution(name: string, unit: Unit): Distribution;
}

/** Turns a protocol's messages into datagrams and back. */
export interface Codec<M> {
  /** Bytes of the payload that `encode` would make; no larger than a UDP datagram may be. */
  sizeOf(message: M): number;
  encode(message: M): Uint8Array;
  /** @throws {MalformedMessage} and nothing else, whatever the bytes */
  decode(bytes: Uint8Array): M;
}

/** A datagram that is no message of the protocol's. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage';
}
