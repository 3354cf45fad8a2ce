// The link: how a host asks others, and itself as if it were another.
import type { Address, Host, Nanoseconds, Timer } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { RpcOptions } from '../rpc-options.ts';
import type { StoreMessage, StoreNotice, StoreReply, StoreRequest, Unnumbered } from './messages.ts';

export type Answered = (reply: StoreReply | undefined) => void;

export class Link {
  private readonly host: Host<StoreMessage>;
  private readonly rpc: Rpc<StoreRequest, StoreReply>;
  private readonly serve: (from: Address, request: StoreRequest) => StoreReply;

  /** @param serve answers a request */
  constructor(
    host: Host<StoreMessage>,
    options: RpcOptions,
    serve: (from: Address, request: StoreRequest) => StoreReply,
  ) {
    this.host = host;
    this.rpc = new Rpc<StoreRequest, StoreReply>(host, options);
    this.serve = serve;
  }

  get self(): Address {
    return this.host.address;
  }

  now(): Nanoseconds {
    return this.host.now();
  }

  random(): number {
    return this.host.random();
  }

  after(delay: Nanoseconds, run: () => void): Timer {
    return this.host.after(Math.round(delay), run);
  }

  /** @param done runs once, never within the call, with undefined where no answer came */
  call(to: Address, request: Unnumbered<StoreRequest>, done: Answered): void {
    const numbered = { ...request, rpc: this.rpc.number() } as StoreRequest;
    if (to !== this.self) this.rpc.call(to, numbered, done);
    else this.host.after(0, () => done(this.serve(to, numbered)));
  }

  tell(to: Address, notice: StoreNotice): void {
    if (to !== this.self) this.host.send(to, notice);
  }

  settle(from: Address, reply: StoreReply): void {
    this.rpc.settle(from, reply);
  }

  clear(): void {
    this.rpc.clear();
  }
}
