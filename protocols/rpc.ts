// Remote procedure calls over datagrams: a request, its reply, and what to do when none comes.
import type { Address, Host, Nanoseconds, Timer } from './port.ts';

export interface RpcOptions {
  /** Nanoseconds after which an unanswered request is sent again. */
  readonly timeout: Nanoseconds;
  /** Requests sent before the peer is taken for dead; >= 1. */
  readonly attempts: number;
}

/** A message that tells a call from others: a uint32 that a request and its reply both bear. */
export interface Numbered {
  readonly rpc: number;
}

/** What came of a call: the reply, or undefined where none came to any attempt. */
export type Outcome<R> = (reply: R | undefined) => void;

interface Call<Q, R> {
  readonly to: Address;
  readonly request: Q;
  readonly done: Outcome<R>;
  left: number;
  due: Nanoseconds;
}

/**
 * The calls that a host has under way; each operation is O(1). Every call ends exactly once. A reply that is late, a
 * duplicate, of an unknown number, or from another address than the request went to is ignored.
 */
export class Rpc<Q extends Numbered, R extends Numbered> {
  private readonly host: Host<Q | R>;
  private readonly options: RpcOptions;
  /** By number, in the order of their next timeouts: those are all equally long, and a Map keeps the order of entry. */
  private readonly calls = new Map<number, Call<Q, R>>();
  /** Set for the first timeout, or before it where that call has ended: far fewer timers than calls are set. */
  private timer: Timer | undefined;
  private last: number;
  private readonly expireLater = (): void => this.expire();

  constructor(host: Host<Q | R>, options: RpcOptions) {
    this.host = host;
    this.options = options;
    // A restarted host must not take a reply to its former self for its own.
    this.last = Math.floor(host.random() * 2 ** 32);
  }

  /** Calls under way. */
  get pending(): number {
    return this.calls.size;
  }

  /** The number for the next request: build the request with it, then `call`. */
  number(): number {
    this.last = (this.last + 1) >>> 0;
    return this.last;
  }

  /** Sends `request` until it is answered or every attempt has timed out, then runs `done`. */
  call(to: Address, request: Q, done: Outcome<R>): void {
    this.dispatch({ to, request, done, left: this.options.attempts, due: 0 });
  }

  /** Hands a reply to the call that awaits it. @returns whether one did */
  settle(from: Address, reply: R): boolean {
    const call = this.calls.get(reply.rpc);
    if (call?.to !== from) return false;
    this.calls.delete(reply.rpc);
    call.done(reply);
    return true;
  }

  /** Forgets every call; none of them is told. */
  clear(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.calls.clear();
  }

  private dispatch(call: Call<Q, R>): void {
    const { timeout } = this.options;
    call.left--;
    call.due = this.host.now() + timeout;
    this.calls.set(call.request.rpc, call);
    this.timer ??= this.host.after(timeout, this.expireLater);
    this.host.send(call.to, call.request);
  }

  private expire(): void {
    const now = this.host.now();
    for (const [number, call] of this.calls) {
      if (call.due > now) break;
      this.calls.delete(number);
      if (call.left > 0) this.dispatch(call);
      else call.done(undefined);
    }
    // Set only now: a call that began meanwhile is not the first to time out.
    const [first] = this.calls.values();
    this.timer = first && this.host.after(first.due - now, this.expireLater);
  }
}
