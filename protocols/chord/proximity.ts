// Proximity neighbour selection: of the nodes that may be a finger, the one with the shortest round trip becomes it.
import type { Nanoseconds } from '../port.ts';
import type { Seeker } from './lookup.ts';
import type { NodeRef } from './messages.ts';
import { distance } from './ring.ts';

/**
 * PNS(x) of F. Dabek, J. Li, E. Sit, J. Robertson, M. F. Kaashoek, R. Morris, "Designing a DHT for Low Latency and High
 * Throughput", NSDI 2004: any node of [n + 2^i, n + 2^(i+1)) may be finger i of node n, and of the first x of them the one
 * nearest in round-trip time is taken. As many are asked as the first one's successor list names.
 * @param first the successor of the finger's start
 * @param done with the nearest that answered; undefined where none did
 */
export function selectNearest(
  seeker: Seeker,
  finger: number,
  first: NodeRef,
  x: number,
  done: (node: NodeRef | undefined) => void,
): void {
  const { rpc, routing } = seeker;
  rpc.call(first.address, { type: 'neighbours', rpc: rpc.number() }, reply => {
    const followers = reply?.type === 'neighbours-are' ? reply.successors : [];
    const eligible = [first, ...followers].filter(
      ({ id }) => distance(routing.self.id, id) < 2 ** (finger + 1),
    );
    // The first is the finger in any case where the ring has nobody in the finger's own interval.
    const asked = eligible.length > 0 ? eligible.slice(0, x) : [first];
    let left = asked.length;
    let nearest: NodeRef | undefined;
    let shortest: Nanoseconds = Infinity;
    for (const node of asked) {
      rpc.call(node.address, { type: 'alive', rpc: rpc.number() }, (answer, rtt = Number.MAX_VALUE) => {
        if (answer?.type === 'ok' && rtt < shortest) {
          nearest = node;
          shortest = rtt;
        }
        if (--left === 0) done(nearest);
      });
    }
  });
}
