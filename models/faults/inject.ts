// Injection: makes the faults of a schedule happen.
import { type EventKind, NO_HOST, type Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Network } from '../network/network.ts';
import type { FaultEvent, MachineFault } from './event.ts';
import { type Pausable, Pauses } from './pauses.ts';
import { Slowness } from './slowness.ts';

/** Whose nodes crash and come back, stand still and go on. */
export interface Victims extends Pausable {
  /** Ends a pause, too. Without effect on a node that is down. */
  crash(node: number): void;
  /** Would bring a node back; without effect on one that is up, paused or not. */
  recover(node: number): void;
  /** The node's clock jumps, be it up or down. @param by nanoseconds, negative: back */
  jumpClock(node: number, by: Nanoseconds): void;
  /** Something is wrong with machines, or is put right; left out where these are not modelled. */
  afflict?(fault: MachineFault): void;
}

/** Faults on their way into a simulation. */
export class Injection {
  private readonly sim: Simulation;
  private readonly network: Network;
  private readonly victims: Victims;
  private readonly slowness: Slowness;
  private readonly pauses: Pauses;
  private readonly fault: EventKind<FaultEvent>;

  constructor(sim: Simulation, network: Network, victims: Victims) {
    this.sim = sim;
    this.network = network;
    this.victims = victims;
    this.slowness = new Slowness(network);
    this.pauses = new Pauses(victims);
    this.fault = sim.kind<FaultEvent>('fault', (_host, event) => this.happen(event));
  }

  /**
   * Puts events into the simulation, beside those that are there.
   * @throws {RangeError} where an event's time is past
   */
  add(events: readonly FaultEvent[]): void {
    for (const event of events) this.sim.post(event.at, this.fault, NO_HOST, event);
  }

  private happen(event: FaultEvent): void {
    switch (event.kind) {
      case 'crash':
        this.pauses.forget(event.node);
        this.victims.crash(event.node);
        break;
      case 'restart':
        this.victims.recover(event.node);
        break;
      case 'jump':
        this.victims.jumpClock(event.node, event.by);
        break;
      case 'pause':
        this.pauses.begin(event.pause);
        break;
      case 'resume':
        this.pauses.end(event.pause);
        break;
      case 'cut':
        this.network.cuts.add(event.grouping);
        break;
      case 'heal':
        this.network.cuts.remove(event.grouping);
        break;
      case 'limp':
      case 'sound':
      case 'disk':
      case 'replace':
        this.victims.afflict?.(event);
        break;
      case 'slow':
        this.slowness.begin(event.link);
        break;
      case 'mend':
        this.slowness.end(event.link);
        break;
      case 'lossy':
        for (const node of event.link.nodes) this.network.lossy.add(node, event.link.rate);
        break;
      case 'clean':
        for (const node of event.link.nodes) this.network.lossy.remove(node, event.link.rate);
        break;
    }
  }
}

/** Puts a schedule's events into a simulation; what is returned takes more of them while it runs. */
export function injectFaults(
  events: readonly FaultEvent[],
  sim: Simulation,
  network: Network,
  victims: Victims,
): Injection {
  const injection = new Injection(sim, network, victims);
  injection.add(events);
  return injection;
}
