// Chord nodes on a network in memory, and what an onlooker who sees them all can say.
import { Chord } from '../../protocols/chord/chord.ts';
import type { ChordMessage, NodeRef } from '../../protocols/chord/messages.ts';
import { type ChordOptions, chordOptions } from '../../protocols/chord/options.ts';
import { distance } from '../../protocols/chord/ring.ts';
import { inRingOrder, stableState } from '../../protocols/chord/stable.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

export const settings = (given: object = {}): ChordOptions => withDefaults(chordOptions, given);

/** Options under which a node that has started does nothing of its own accord for days. */
export const quiet = { stabilize: 1e15, fixFingers: 1e15, lookup: { every: 1e15 } };

export interface Finding {
  readonly key: number;
  readonly owner: NodeRef;
  readonly hops: number;
}

export class ChordSlice {
  readonly network: TestNetwork<ChordMessage>;
  readonly nodes = new Map<Address, Chord>();
  /** The workload's lookups that succeeded. */
  findings: Finding[] = [];
  private readonly options: ChordOptions;

  constructor(seed: string, conditions: Conditions, options: ChordOptions) {
    this.network = new TestNetwork(seed, conditions);
    this.options = options;
  }

  /** Starts a node, or a crashed one afresh. */
  add(address: Address, listed?: readonly Address[]): Chord {
    const onLookup = (key: number, owner: NodeRef, hops: number) =>
      void this.findings.push({ key, owner, hops });
    const node = this.network.add(
      address,
      (host, directory, meter) => new Chord(host, this.options, directory, meter, { onLookup }),
      listed,
    );
    this.nodes.set(address, node);
    return node;
  }

  crash(address: Address): void {
    this.network.crash(address);
    this.nodes.delete(address);
  }

  /** Starts `count` nodes at random times within a span. */
  grow(count: number, span: number): void {
    for (let address = 0; address < count; address++) {
      this.network.clock.after(
        address === 0 ? 0 : this.network.random() * span,
        () => void this.add(address),
      );
    }
    this.network.run(span);
  }

  /** The living nodes in order of the ring. */
  ring(): NodeRef[] {
    return inRingOrder([...this.nodes.values()].map(node => node.routing.self));
  }

  /** The living node that a key belongs to: the first one at or past it, found by looking at all of them. */
  trueOwner(key: number): NodeRef {
    return this.ring().reduce((best, node) =>
      distance(key, node.id) < distance(key, best.id) ? node : best,
    );
  }

  /** What of the nodes' state is not that of a stable ring; empty where all is right. */
  flaws(): string[] {
    const ring = this.ring();
    const flaws: string[] = [];
    for (const [index, { address }] of ring.entries()) {
      const { routing } = this.nodes.get(address)!;
      const right = stableState(ring, index, this.options.successors);
      const [has, should] = [routing.successors, right.successors].map(list =>
        list.map(node => node.address),
      );
      if (`${has}` !== `${should}`) flaws.push(`${address}: successors ${has}, not ${should}`);
      if (routing.predecessor?.address !== right.predecessor?.address) {
        flaws.push(
          `${address}: predecessor ${routing.predecessor?.address}, not ${right.predecessor?.address}`,
        );
      }
    }
    return flaws;
  }
}

/** A stable ring of nodes with random identifiers, each silent until asked. */
export function stableRing(
  seed: string,
  size: number,
  successors: number,
  given: object = {},
  conditions: Conditions = { latency: SECOND / 100 },
): { network: TestNetwork<ChordMessage>; nodes: Chord[] } {
  const network = new TestNetwork<ChordMessage>(seed, conditions);
  const options = settings({ ...quiet, successors, ...given });
  const draw = () =>
    Math.floor(network.random() * 2 ** 32) * 2 ** 16 + Math.floor(network.random() * 2 ** 16);
  const ring = inRingOrder(Array.from({ length: size }, (_, address) => ({ id: draw(), address })));
  const nodes = ring.map(({ id, address }, index) =>
    network.add(
      address,
      (host, directory, meter) => {
        const node = new Chord(host, options, directory, meter, { id });
        node.adopt(stableState(ring, index, successors));
        return node;
      },
      [],
    ),
  );
  return { network, nodes };
}
