// Kademlia as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { kademliaCodec } from './codec.ts';
import { Kademlia } from './kademlia.ts';
import type { KademliaMessage } from './messages.ts';
import { type KademliaOptions, kademliaOptions } from './options.ts';
import type { LookupObserver } from './workload.ts';

/** @param onLookup told of every lookup of a random key of the instances' workload that succeeded */
export const observedKademlia = (
  onLookup?: LookupObserver,
): ProtocolDefinition<KademliaMessage, KademliaOptions> => ({
  name: 'kademlia',
  about: 'a distributed hash table: lookups of nodes and values by the XOR metric',
  options: kademliaOptions,
  codec: kademliaCodec,
  create: (host, options, directory, meter) => new Kademlia(host, options, directory, meter, { onLookup }),
});

export const kademlia = observedKademlia();
