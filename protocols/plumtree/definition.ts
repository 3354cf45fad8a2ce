// Plumtree as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { plumtreeCodec } from './codec.ts';
import type { PlumtreeMessage } from './messages.ts';
import { type PlumtreeOptions, plumtreeOptions } from './options.ts';
import { type DeliveryObserver, Plumtree } from './plumtree.ts';

/** @param onDelivery told of every message that one of the instances has for the first time */
export const observedPlumtree = (
  onDelivery?: DeliveryObserver,
): ProtocolDefinition<PlumtreeMessage, PlumtreeOptions> => ({
  name: 'plumtree',
  about: 'broadcast down a tree that mends itself, on partial views of the membership',
  options: plumtreeOptions,
  codec: plumtreeCodec,
  create: (host, options, directory, meter) => new Plumtree(host, options, directory, meter, onDelivery),
});

export const plumtree = observedPlumtree();
