// Vivaldi as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { vivaldiCodec } from './codec.ts';
import type { VivaldiMessage } from './messages.ts';
import { type VivaldiOptions, vivaldiOptions } from './options.ts';
import { type SampleObserver, Vivaldi } from './vivaldi.ts';

/** @param onSample told of every round trip that the instances measure, and what had been foretold */
export const observedVivaldi = (
  onSample?: SampleObserver,
): ProtocolDefinition<VivaldiMessage, VivaldiOptions> => ({
  name: 'vivaldi',
  about: 'network coordinates that foretell round trips',
  options: vivaldiOptions,
  codec: vivaldiCodec,
  create: (host, options, directory, meter) => new Vivaldi(host, options, directory, meter, onSample),
});

export const vivaldi = observedVivaldi();
