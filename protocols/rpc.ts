// Remote procedure calls over datagrams: a request, its reply, and what to do when none comes.
import type { Address, Host, Nanoseconds, Timer } from './port.ts';
import type { RpcOptions } from './rpc-options.ts';
import { AdaptiveRto, FixedRto, type RtoPolicy } from './rto.ts';

/** A message that tells a call from others: a uint32 that a request and its reply both bear. */
export interface Numbered {
  readonly rpc: number;
}

/**
 * What came of a call: the reply, or undefined where none came to any attempt. `rtt` is the round trip in nanoseconds;
 * undefined where it is not known, since the request was sent more than once (Karn's rule) or not answered.
 */
export type Outcome<R> = (reply: R | undefined, rtt: Nanoseconds | undefined) => void;

interface Call<Q, R> {
  readonly to: Address;
  readonly request: Q;
  readonly done: Outcome<R>;
  left: number;
  sent: Nanoseconds;
  due: Nanoseconds;
}

/**
 * The calls that a host has under way. Every call ends exactly once. A reply that is late, a duplicate, of an unknown
 * number, or from another address than the request went to is ignored. Beginning a call takes O(1); ending one, and a
 * timeout, look at all that are under way.
 */
export class Rpc<Q extends Numbered, R extends Numbered> {
  private readonly host: Host<Q | R>;
  private readonly attempts: number;
  private readonly policy: RtoPolicy;
  /** In the order in which they were sent last. */
  private readonly calls: Call<Q, R>[] = [];
  /** Their numbers, at the same places. A Map of few entries that come and go is laid out anew all the time. */
  private readonly numbers: number[] = [];
  /** Set for the first timeout, or before it where that call has ended: far fewer timers than calls are set. */
  private timer: Timer | undefined;
  /** When the timer runs. */
  private wake: Nanoseconds = 0;
  private expiring = false;
  private last: number;
  private readonly expireLater = (): void => this.expire();

  /** @param options with `timeout` and `attempts` alone the timeout is fixed */
  constructor(host: Host<Q | R>, options: Omit<RpcOptions, 'rto'> & Partial<RpcOptions>) {
    this.host = host;
    this.attempts = options.attempts;
    const Policy = options.rto === 'adaptive' ? AdaptiveRto : FixedRto;
    this.policy = new Policy(options.timeout);
    // A restarted host must not take a reply to its former self for its own.
    this.last = Math.floor(host.random() * 2 ** 32);
  }

  /** Calls under way. */
  get pending(): number {
    return this.calls.length;
  }

  /** The number for the next request: build the request with it, then `call`. */
  number(): number {
    this.last = (this.last + 1) >>> 0;
    return this.last;
  }

  /** Sends `request` until it is answered or every attempt has timed out, then runs `done`. */
  call(to: Address, request: Q, done: Outcome<R>): void {
    this.dispatch({ to, request, done, left: this.attempts, sent: 0, due: 0 });
  }

  /** Hands a reply to the call that awaits it. @returns whether one did */
  settle(from: Address, reply: R): boolean {
    const at = this.numbers.indexOf(reply.rpc);
    if (at < 0) return false;
    const call = this.calls[at];
    if (call.to !== from) return false;
    this.remove(at);
    const rtt = call.left === this.attempts - 1 ? this.host.now() - call.sent : undefined;
    if (rtt !== undefined) this.policy.answered(from, rtt);
    call.done(reply, rtt);
    return true;
  }

  /** Forgets every call; none of them is told. */
  clear(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.calls.length = 0;
    this.numbers.length = 0;
  }

  private dispatch(call: Call<Q, R>): void {
    const timeout = this.policy.of(call.to);
    call.left--;
    call.sent = this.host.now();
    call.due = call.sent + timeout;
    this.calls.push(call);
    this.numbers.push(call.request.rpc);
    if (!this.expiring && (!this.timer || call.due < this.wake)) this.setTimer(call.due, timeout);
    this.host.send(call.to, call.request);
  }

  private remove(at: number): void {
    const { calls, numbers } = this;
    for (let next = at + 1; next < calls.length; next++) {
      calls[next - 1] = calls[next];
      numbers[next - 1] = numbers[next];
    }
    calls.pop();
    numbers.pop();
  }

  private setTimer(due: Nanoseconds, delay: Nanoseconds): void {
    this.timer?.cancel();
    this.wake = due;
    this.timer = this.host.after(delay, this.expireLater);
  }

  private expire(): void {
    const now = this.host.now();
    // Set only afterwards: a call that begins meanwhile may not be the first to time out.
    this.timer = undefined;
    this.expiring = true;
    for (const call of this.calls.filter(({ due }) => due <= now)) {
      const at = this.numbers.indexOf(call.request.rpc);
      // What an earlier one has told may have forgotten them all.
      if (at < 0) continue;
      this.remove(at);
      this.policy.timedOut(call.to, call.due - call.sent);
      if (call.left > 0) this.dispatch(call);
      else call.done(undefined, undefined);
    }
    this.expiring = false;
    let next = Infinity;
    for (const { due } of this.calls) if (due < next) next = due;
    if (next < Infinity) this.setTimer(next, next - now);
  }
}
