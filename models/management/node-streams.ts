// Streams of random numbers, one a node, for one purpose.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Testbed } from '../testbed.ts';

export class NodeStreams {
  private readonly testbed: Testbed;
  private readonly purpose: string;
  private readonly streams: (RandomStream | undefined)[];

  constructor(testbed: Testbed, purpose: string) {
    this.testbed = testbed;
    this.purpose = purpose;
    this.streams = new Array(testbed.nodes.count).fill(undefined);
  }

  of(node: number): RandomStream {
    const { nodes, seed } = this.testbed;
    this.streams[node] ??= stream(seed, nodes.names[node], 'management', this.purpose);
    return this.streams[node];
  }
}
