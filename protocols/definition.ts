// What a protocol is to those who run it: how to make an instance, its options and its codec.
import type { OptionTree } from './options.ts';
import type { Codec, Directory, Host, Meter, Protocol } from './port.ts';

/** All that a runner, simulated or real, needs to know of a protocol. */
export interface ProtocolDefinition<M = unknown, O = unknown> {
  readonly name: string;
  /** One line, for lists and help. */
  readonly about: string;
  readonly options: OptionTree;
  readonly codec: Codec<M>;
  /** @param options complete values, as `withDefaults(definition.options, …)` makes them */
  create(host: Host<M>, options: O, directory: Directory, meter: Meter): Protocol<M>;
}
