// People: whether somebody at a site heeds a message, and how long the repair then takes, by the class of the site.
import type { Counter, Meter } from '../../protocols/port.ts';
import { drawSpan } from '../faults/span.ts';
import type { Nodes } from '../node/nodes.ts';
import type { Clock, Timers } from './clock.ts';
import type { NodeStreams } from './node-streams.ts';
import type { ManagementSpec, PeopleSpec } from './spec.ts';

/** Counts `notices` (messages about a node), `repairs`, and `dead` (nodes that were given up). */
export class People {
  private readonly clock: Clock;
  private readonly spec: ManagementSpec['people'];
  private readonly nodes: Nodes;
  private readonly random: NodeStreams;
  private readonly mending: Timers;
  private notices: Counter | undefined;
  private repairs: Counter | undefined;
  private dead: Counter | undefined;

  /** @param mended told of a node that somebody has mended or replaced */
  constructor(
    clock: Clock,
    spec: ManagementSpec['people'],
    nodes: Nodes,
    random: NodeStreams,
    mended: (node: number) => void,
  ) {
    this.clock = clock;
    this.spec = spec;
    this.nodes = nodes;
    this.random = random;
    this.mending = clock.newTimers('management-repair', nodes.count, node => {
      this.repairs?.add();
      mended(node);
    });
  }

  measure(meter: Meter): void {
    this.notices = meter.counter('notices');
    this.repairs = meter.counter('repairs');
    this.dead = meter.counter('dead');
  }

  at(node: number): PeopleSpec {
    const { nodes } = this;
    return this.spec[nodes.sites[nodes.siteOf[node]].class];
  }

  /** A message about a node reaches its site. */
  write(node: number): void {
    const { heed, repair } = this.at(node);
    const random = this.random.of(node);
    this.notices?.add();
    if (random.uniform() < heed) this.mending.setEarlier(node, this.clock.now + drawSpan(repair, random));
  }

  /** No message follows: the node comes back once somebody replaces it. */
  giveUp(node: number): void {
    this.dead?.add();
    this.mending.setEarlier(node, this.clock.now + drawSpan(this.at(node).replace, this.random.of(node)));
  }

  /** The node is up, or out of their hands: what they had begun is void. */
  rest(node: number): void {
    this.mending.clear(node);
  }
}
