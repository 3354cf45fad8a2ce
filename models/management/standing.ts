// The standing of sites: one with too few nodes up is written to, then may have no new slices, then its slices are disabled.
import type { Nodes } from '../node/nodes.ts';
import type { Clock, Timers } from './clock.ts';
import type { NodeStates } from './node-states.ts';
import type { MonitorSpec } from './spec.ts';

export const standings = { good: 0, held: 1, suspended: 2 } as const;
export type Standing = (typeof standings)[keyof typeof standings];

/** Standing by site. `held`: no new slices; `suspended`: its slices are disabled, too. */
export class SiteStandings {
  readonly of: Uint8Array;
  /** By site: how many nodes are up. */
  readonly up: Int32Array;

  private readonly clock: Clock;
  private readonly spec: MonitorSpec;
  private readonly nodes: Nodes;
  private readonly states: NodeStates;
  private readonly next: Timers;
  private readonly watches: () => boolean;
  private readonly write: (node: number) => void;
  private readonly changed: (site: number, standing: Standing) => void;
  private readonly inArrears: Uint8Array;

  /**
   * @param watches whether there is an authority that looks
   * @param write told of each node of a site in arrears that is not up, when its people are written to
   */
  constructor(
    clock: Clock,
    spec: MonitorSpec,
    nodes: Nodes,
    states: NodeStates,
    watches: () => boolean,
    write: (node: number) => void,
    changed: (site: number, standing: Standing) => void,
  ) {
    const count = nodes.sites.length;
    this.clock = clock;
    this.spec = spec;
    this.nodes = nodes;
    this.states = states;
    this.watches = watches;
    this.write = write;
    this.changed = changed;
    this.of = new Uint8Array(count);
    this.inArrears = new Uint8Array(count);
    this.up = Int32Array.from(nodes.sites, site => site.nodes);
    this.next = clock.newTimers('management-standing', count, site => this.worsen(site));
  }

  /** A node has come up or gone down. @param by 1 or -1 */
  count(node: number, by: number): void {
    const { nodes, up, inArrears, of, spec } = this;
    const site = nodes.siteOf[node];
    up[site] += by;
    const lacks = up[site] < Math.min(spec.minimum, nodes.sites[site].nodes);
    if (lacks === Boolean(inArrears[site])) return;
    inArrears[site] = Number(lacks);
    if (lacks) {
      this.next.set(site, this.clock.now + spec.investigator);
    } else {
      this.next.clear(site);
      if (of[site] !== standings.good) this.set(site, standings.good);
    }
  }

  private worsen(site: number): void {
    const { clock, spec, nodes, states } = this;
    if (!this.watches()) {
      this.next.set(site, clock.now + spec.every);
      return;
    }
    const was = this.of[site];
    if (was === standings.good) this.next.set(site, clock.now + spec.disable - spec.investigator);
    this.set(site, was === standings.good ? standings.held : standings.suspended);
    for (const node of nodes.ofSite(site)) if (!states.isUp(node)) this.write(node);
  }

  private set(site: number, standing: Standing): void {
    this.of[site] = standing;
    this.changed(site, standing);
  }
}
