// SWIM as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { swimCodec } from './codec.ts';
import type { SwimMessage } from './messages.ts';
import { type SwimOptions, swimOptions } from './options.ts';
import { type ChangeObserver, Swim } from './swim.ts';

/** @param onChange told of every change of what one member believes of another */
export const observedSwim = (onChange?: ChangeObserver): ProtocolDefinition<SwimMessage, SwimOptions> => ({
  name: 'swim',
  about: 'who is a member and who has failed: probes, suspicion, and news by infection',
  options: swimOptions,
  codec: swimCodec,
  create: (host, options, directory, meter) => new Swim(host, options, directory, meter, onChange),
});

export const swim = observedSwim();
