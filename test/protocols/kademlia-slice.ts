// Kademlia nodes on a network in memory, and what an onlooker who sees them all can say.
import { idOf, randomId } from '../../protocols/identifier.ts';
import { Kademlia } from '../../protocols/kademlia/kademlia.ts';
import type { KademliaMessage } from '../../protocols/kademlia/messages.ts';
import { type KademliaOptions, kademliaOptions } from '../../protocols/kademlia/options.ts';
import { inIdOrder, stableBuckets, trueClosest } from '../../protocols/kademlia/stable.ts';
import type { NodeRef } from '../../protocols/node-ref.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

export const settings = (given: object = {}): KademliaOptions => withDefaults(kademliaOptions, given);

/** Options under which a node that has started does nothing of its own accord for days. */
export const quiet = { refresh: 1e15, replicate: 1e15, republish: 1e15, lookup: { every: 1e15 } };

export class KademliaSlice {
  readonly network: TestNetwork<KademliaMessage>;
  readonly nodes = new Map<Address, Kademlia>();
  readonly options: KademliaOptions;
  /** Of the lookups by `check`: those that ended without the k closest living nodes. */
  wrong = 0;
  ended = 0;
  /** How many of the closest a lookup must have found. */
  checked: number;

  constructor(seed: string, conditions: Conditions, given: object = {}) {
    this.network = new TestNetwork(seed, conditions);
    this.options = settings(given);
    this.checked = this.options.k;
  }

  add(address: Address, listed?: readonly Address[], prepare: (node: Kademlia) => void = () => {}): Kademlia {
    const node = this.network.add(
      address,
      (host, directory, meter) => {
        const made = new Kademlia(host, this.options, directory, meter);
        prepare(made);
        return made;
      },
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
      const at = address === 0 ? 0 : this.network.random() * span;
      this.network.clock.after(at, () => void this.add(address));
    }
    this.network.run(span);
  }

  living(): NodeRef[] {
    return [...this.nodes.values()].map(node => node.table.self);
  }

  any(): Kademlia {
    const nodes = [...this.nodes.values()];
    return nodes[Math.floor(this.network.random() * nodes.length)];
  }

  /** Random lookups from random nodes, each held against all living nodes. @returns their hops, after the run */
  check(lookups: number, span: number): number[] {
    const living = this.living();
    const nodes = [...this.nodes.values()];
    const hops: number[] = [];
    for (let i = 0; i < lookups; i++) {
      const key = randomId(this.network.random);
      const right = trueClosest(living, key, this.checked).map(({ id }) => id);
      nodes[Math.floor(this.network.random() * nodes.length)].lookup(key, lookup => {
        this.ended++;
        hops.push(lookup.hops);
        const found = lookup.closest.slice(0, this.checked).map(({ id }) => id);
        if (`${found}` !== `${right}`) this.wrong++;
      });
    }
    this.network.run(span);
    return hops;
  }
}

/** A stable network, each node silent until asked. */
export function stableNetwork(
  seed: string,
  size: number,
  given: object = {},
  conditions?: Conditions,
): KademliaSlice {
  const slice = new KademliaSlice(seed, conditions ?? { latency: SECOND / 100 }, { ...quiet, ...given });
  const { random } = slice.network;
  const ordered = inIdOrder(Array.from({ length: size }, (_, address) => ({ id: idOf(address), address })));
  for (const [index, { address }] of ordered.entries()) {
    slice.add(address, [], node => node.adopt(stableBuckets(ordered, index, slice.options.k, random)));
  }
  return slice;
}
