// A network in memory, small and repeatable, for protocols under test.
import seedrandom from 'seedrandom';
import type {
  Address,
  Counter,
  Directory,
  Distribution,
  Host,
  Meter,
  Protocol,
} from '../../protocols/port.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A meter that keeps every value. */
export class Ledger implements Meter {
  readonly counts = new Map<string, number>();
  readonly values = new Map<string, number[]>();

  counter(name: string): Counter {
    return { add: (by = 1) => void this.counts.set(name, this.count(name) + by) };
  }

  distribution(name: string): Distribution {
    const values = this.sample(name);
    this.values.set(name, values);
    return { record: value => void values.push(value) };
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  sample(name: string): number[] {
    return this.values.get(name) ?? [];
  }
}

export interface Conditions {
  /** One-way, in nanoseconds. */
  latency: number | ((random: () => number, from: Address, to: Address) => number);
  /** Probability in [0, 1]. */
  loss?: number;
}

interface Member<M> {
  readonly protocol: Protocol<M>;
  up: boolean;
}

/** Members join one after another; each one's directory lists those before it. */
export class TestNetwork<M> {
  readonly clock = new VirtualClock();
  readonly meter = new Ledger();
  readonly members = new Map<Address, Member<M>>();
  readonly random: () => number;
  /** Whether a datagram may pass; for partitions. */
  passes: (from: Address, to: Address) => boolean = () => true;
  delivered = 0;
  conditions: Conditions;
  private readonly listed: Address[] = [];

  constructor(seed: string, conditions: Conditions) {
    this.random = seedrandom.alea(seed);
    this.conditions = conditions;
  }

  /** Makes and starts a member, or starts a crashed one afresh. */
  add<P extends Protocol<M>>(
    address: Address,
    create: (host: Host<M>, directory: Directory, meter: Meter) => P,
    listed: readonly Address[] = [...this.listed],
  ): P {
    let member: Member<M> | undefined;
    const host: Host<M> = {
      address,
      now: () => this.clock.now,
      random: this.random,
      send: (to, message) => this.send(address, to, message),
      after: (delay, run) => {
        const cancel = this.clock.after(delay, () => {
          if (member?.up) run();
        });
        return { cancel };
      },
    };
    const directory = { size: listed.length, at: (index: number) => listed[index] };
    const protocol = create(host, directory, this.meter);
    member = { protocol, up: true };
    this.members.set(address, member);
    if (!this.listed.includes(address)) this.listed.push(address);
    protocol.start();
    return protocol;
  }

  crash(address: Address): void {
    this.members.get(address)!.up = false;
  }

  send(from: Address, to: Address, message: M): void {
    const { latency, loss = 0 } = this.conditions;
    if (loss > 0 && this.random() < loss) return;
    if (!this.passes(from, to)) return;
    const delay = typeof latency === 'number' ? latency : latency(this.random, from, to);
    this.clock.after(delay, () => {
      const member = this.members.get(to);
      if (!member?.up) return;
      this.delivered++;
      member.protocol.receive(from, message);
    });
  }

  /** Runs for a span of virtual time. */
  run(span: number): void {
    this.clock.advance(span);
  }
}
