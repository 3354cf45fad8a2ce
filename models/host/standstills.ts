// Standstills: hosts that are paused. What would happen at one waits, and happens in order when it goes on.
import type { Counter } from '../../protocols/port.ts';
import type { Endpoint, Hosts } from '../network/hosts.ts';

/**
 * Messages that a paused host's receive buffer holds; what arrives beyond them is lost. About as many small datagrams as
 * Linux's default holds: 212 992 bytes, of which each takes 768 with its book-keeping.
 */
export const RECEIVE_BUFFER = 256;

/** A paused host's endpoint: keeps what would have happened. */
class Standstill implements Endpoint<unknown> {
  readonly endpoint: Endpoint<unknown>;
  /** In order; a timer by its number, a message by a negative one. */
  readonly waiting = new Map<number, () => void>();
  private readonly overflow: Counter;
  private messages = 0;

  constructor(endpoint: Endpoint<unknown>, overflow: Counter) {
    this.endpoint = endpoint;
    this.overflow = overflow;
  }

  receive(from: number, message: unknown): void {
    if (this.messages === RECEIVE_BUFFER) this.overflow.add();
    else this.waiting.set(-++this.messages, () => this.endpoint.receive(from, message));
  }
}

/** The paused hosts of a run. */
export class Standstills {
  private readonly hosts: Hosts<unknown>;
  private readonly overflow: Counter;
  private readonly paused = new Map<number, Standstill>();

  /** @param overflow counts the messages for which a receive buffer had no room */
  constructor(hosts: Hosts<unknown>, overflow: Counter) {
    this.hosts = hosts;
    this.overflow = overflow;
  }

  /** Whether a host stands still. With none, as is usual, a look costs one comparison. */
  has(host: number): boolean {
    return this.paused.size > 0 && this.paused.has(host);
  }

  /** Without effect on a host that is down or stands still. */
  begin(host: number): void {
    const endpoint = this.hosts.endpoints[host];
    if (endpoint === undefined || this.has(host)) return;
    const standstill = new Standstill(endpoint, this.overflow);
    this.paused.set(host, standstill);
    this.hosts.endpoints[host] = standstill;
  }

  /** Lets a host go on: at once, one after the other, all happens that has waited. Without effect on one that runs. */
  end(host: number): void {
    const standstill = this.paused.get(host);
    if (standstill === undefined) return;
    this.hosts.endpoints[host] = standstill.endpoint;
    // The host may cancel timers that wait further down: until the last has run it counts as standing still.
    for (const happen of standstill.waiting.values()) happen();
    this.paused.delete(host);
  }

  /** A standstill ends with the host's life, and what waited is void. */
  forget(host: number): void {
    this.paused.delete(host);
  }

  /** Keeps a timer that is due while its host stands still. */
  keep(host: number, timer: number, run: () => void): void {
    this.paused.get(host)?.waiting.set(timer, run);
  }

  /** Takes back a timer that is kept. Without effect where it is not. */
  cancel(host: number, timer: number): void {
    this.paused.get(host)?.waiting.delete(timer);
  }
}
