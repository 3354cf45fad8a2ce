// RON as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { ronCodec } from './codec.ts';
import type { RonMessage } from './messages.ts';
import { type RonOptions, ronOptions } from './options.ts';
import { type PacketObserver, Ron } from './ron.ts';

/** @param onPacket told of every packet that the instances send over the overlay */
export const observedRon = (onPacket?: PacketObserver): ProtocolDefinition<RonMessage, RonOptions> => ({
  name: 'ron',
  about: 'routing round outages through one other host',
  options: ronOptions,
  codec: ronCodec,
  create: (host, options, directory, meter) => new Ron(host, options, directory, meter, onPacket),
});

export const ron = observedRon();
