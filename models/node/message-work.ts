// The work that messages are: a sliver takes CPU time for each that it receives, one after the other.
import type { Counter, Distribution } from '../../protocols/port.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { RECEIVE_BUFFER } from '../host/standstills.ts';
import type { Endpoint } from '../network/hosts.ts';
import type { Processors } from './processors.ts';

export interface MessageMeters {
  /** From a message's arrival until it has been processed. */
  readonly wait: Distribution;
  /** Messages for which the receive buffer had no room. */
  readonly overflow: Counter;
}

/** Stands before a sliver's protocol for one life of it: messages wait in the receive buffer for the CPU. */
export class MessageWork implements Endpoint<unknown> {
  private readonly sim: Simulation;
  private readonly processors: Processors;
  private readonly host: number;
  private readonly work: Nanoseconds;
  private readonly inner: Endpoint<unknown>;
  private readonly meters: MessageMeters;
  private readonly waiting: {
    readonly from: number;
    readonly message: unknown;
    readonly since: Nanoseconds;
  }[] = [];

  /** @param work CPU time for a message */
  constructor(
    sim: Simulation,
    processors: Processors,
    host: number,
    work: Nanoseconds,
    inner: Endpoint<unknown>,
    meters: MessageMeters,
  ) {
    this.sim = sim;
    this.processors = processors;
    this.host = host;
    this.work = work;
    this.inner = inner;
    this.meters = meters;
  }

  receive(from: number, message: unknown): void {
    if (this.waiting.length === RECEIVE_BUFFER) {
      this.meters.overflow.add();
      return;
    }
    this.waiting.push({ from, message, since: this.sim.now });
    if (this.waiting.length === 1) this.process();
  }

  private process(): void {
    this.processors.begin(this.host, this.work, () => {
      const { from, message, since } = this.waiting.shift()!;
      this.meters.wait.record(this.sim.now - since);
      if (this.waiting.length > 0) this.process();
      this.inner.receive(from, message);
    });
  }
}
