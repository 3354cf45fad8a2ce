// The slivers of a run as management has them: which are wanted, and which have been created on the disks of their nodes.
import type { Distribution } from '../../protocols/port.ts';
import type { Stage } from '../subsystem.ts';

/** Measures `sliver.delay` (ns: from when a sliver was wanted, or its node came up without it, until it runs). */
export class SliverStates {
  private readonly stage: Stage;
  private readonly wanted: Uint8Array;
  private readonly created: Uint8Array;
  /** Since when it is missing. */
  private readonly since: Float64Array;
  private readonly delays: Distribution;

  constructor(stage: Stage) {
    const count = stage.slivers.names.length;
    this.stage = stage;
    this.wanted = new Uint8Array(count);
    this.created = new Uint8Array(count);
    this.since = new Float64Array(count);
    this.delays = stage.instruments.meter('management').distribution('sliver.delay', 'ns');
  }

  want(host: number): void {
    this.wanted[host] = 1;
    this.since[host] = this.stage.sim.now;
  }

  /** Its node has come up without it. */
  miss(host: number): void {
    this.since[host] = this.stage.sim.now;
  }

  isWanted(host: number): boolean {
    return this.wanted[host] === 1;
  }

  isCreated(host: number): boolean {
    return this.created[host] === 1;
  }

  /** Takes effect when the node hears of it. */
  drop(host: number): void {
    this.wanted[host] = 0;
  }

  /** Whether a sliver is not as it should be. */
  differs(host: number): boolean {
    return this.wanted[host] !== this.created[host];
  }

  /** Whether that takes the time of a creation. */
  isMissing(host: number): boolean {
    return this.wanted[host] > this.created[host];
  }

  /** A node makes a sliver what it should be. */
  settle(host: number): void {
    if (!this.differs(host)) return;
    this.created[host] = this.wanted[host];
    if (this.created[host]) {
      this.delays.record(this.stage.sim.now - this.since[host]);
      this.stage.startSliver(host);
    } else {
      this.stage.stopSliver(host);
    }
  }

  /** A sliver is gone from its node, wanted or not. */
  remove(host: number): void {
    this.created[host] = 0;
    this.stage.stopSliver(host);
  }

  /** The share of the slivers that are wanted which run, of those that are on their node; 1 where none is wanted. */
  running(): number {
    const { up } = this.stage.testbed.nodes;
    let wanted = 0;
    let running = 0;
    for (const [host, node] of this.stage.slivers.nodeOf.entries()) {
      wanted += this.wanted[host];
      running += this.wanted[host] & this.created[host] & up[node];
    }
    return wanted === 0 ? 1 : running / wanted;
  }
}
