// MessageChannel: two ports of one program, on events instead of on libuv's wake-up calls.
import { replace } from './internals.ts';
import type { Machine } from './machine.ts';
import { machineOf, running, upcall } from './running.ts';
import { LOOP_TURN } from './timers.ts';
import { unsupported } from './unsupported.ts';

type Listener = (value: unknown) => void;
type EventListener = (event: Event) => void;

/** A port with both of Node's ways to listen: events of the DOM, and those of an emitter. */
class VirtualPort extends EventTarget {
  private readonly machine: Machine;
  private other: VirtualPort | undefined = undefined;
  private readonly waiting: unknown[] = [];
  private readonly emitted = new Map<Listener, EventListener>();
  private started = false;
  private closed = false;
  private referenced = false;
  private handler: ((event: MessageEvent) => void) | null = null;

  constructor(machine: Machine) {
    super();
    this.machine = machine;
  }

  static pair(machine: Machine): [VirtualPort, VirtualPort] {
    const ports = [new VirtualPort(machine), new VirtualPort(machine)] as [VirtualPort, VirtualPort];
    [ports[0].other, ports[1].other] = [ports[1], ports[0]];
    return ports;
  }

  get onmessage(): ((event: MessageEvent) => void) | null {
    return this.handler;
  }

  set onmessage(handler: ((event: MessageEvent) => void) | null) {
    this.handler = handler;
    if (handler !== null) this.start();
  }

  postMessage(
    value: unknown,
    transfer?: readonly ArrayBuffer[] | { transfer?: readonly ArrayBuffer[] },
  ): void {
    const list = (Array.isArray(transfer) ? transfer : (transfer as { transfer?: [] })?.transfer) ?? [];
    const copy = structuredClone(value, { transfer: [...list] as ArrayBuffer[] });
    const { other } = this;
    if (this.closed || other === undefined || other.closed) return;
    other.waiting.push(copy);
    if (other.started) other.deliverLater();
  }

  start(): void {
    if (this.started || this.closed) return;
    this.started = true;
    this.ref();
    for (const _ of this.waiting) this.deliverLater();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unref();
    this.machine.after(LOOP_TURN, () => {
      this.dispatchEvent(new Event('close'));
      this.other?.close();
    });
  }

  on(event: string, listener: Listener): this {
    const wrapped: EventListener = given => listener((given as MessageEvent).data);
    this.emitted.set(listener, wrapped);
    this.addEventListener(event, wrapped);
    if (event === 'message') this.start();
    return this;
  }

  once(event: string, listener: Listener): this {
    const call: Listener = value => {
      this.off(event, call);
      listener(value);
    };
    return this.on(event, call);
  }

  addListener(event: string, listener: Listener): this {
    return this.on(event, listener);
  }

  off(event: string, listener: Listener): this {
    const wrapped = this.emitted.get(listener);
    if (wrapped !== undefined) this.removeEventListener(event, wrapped);
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    return this.off(event, listener);
  }

  ref(): void {
    if (!this.referenced && !this.closed) this.machine.references++;
    this.referenced = true;
  }

  unref(): void {
    if (this.referenced) this.machine.references--;
    this.referenced = false;
  }

  hasRef(): boolean {
    return this.referenced;
  }

  private deliverLater(): void {
    this.machine.after(LOOP_TURN, () => {
      if (this.closed || this.waiting.length === 0) return;
      const event = new MessageEvent('message', { data: this.waiting.shift() });
      upcall(this.machine, () => {
        this.handler?.call(this, event);
        this.dispatchEvent(event);
      });
    });
  }
}

/** Puts a virtual channel in place of the real one, and refuses a channel to other threads. */
export function installMessageChannel(): void {
  const { MessageChannel: RealChannel, BroadcastChannel: RealBroadcast } = globalThis;
  const Channel = function MessageChannel(this: unknown) {
    if (running.machine === undefined) return new RealChannel();
    const [port1, port2] = VirtualPort.pair(machineOf('a message channel'));
    return { port1, port2 };
  };
  replace(globalThis, 'MessageChannel', Channel);
  replace(
    globalThis,
    'BroadcastChannel',
    new Proxy(RealBroadcast, {
      construct(target, args, newTarget) {
        if (running.machine !== undefined) throw unsupported('BroadcastChannel', 'worker_threads');
        return Reflect.construct(target, args, newTarget);
      },
    }),
  );
}
