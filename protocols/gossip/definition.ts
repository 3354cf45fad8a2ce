// Gossip as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { gossipCodec } from './codec.ts';
import { Gossip, type RumourObserver } from './gossip.ts';
import type { GossipMessage } from './messages.ts';
import { type GossipOptions, gossipOptions } from './options.ts';

/** @param onRumour told of every rumour that one of the instances hears for the first time */
export const observedGossip = (
  onRumour?: RumourObserver,
): ProtocolDefinition<GossipMessage, GossipOptions> => ({
  name: 'gossip',
  about: 'rumours that spread like an infection: push, pull, or both',
  options: gossipOptions,
  codec: gossipCodec,
  create: (host, options, directory, meter) => new Gossip(host, options, directory, meter, onRumour),
});

export const gossip = observedGossip();
