// Ping as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { pingCodec } from './codec.ts';
import type { PingMessage } from './messages.ts';
import { type PingOptions, pingOptions } from './options.ts';
import { type AnswerObserver, Ping } from './ping.ts';

/** @param onAnswer told of every round trip that the instances measure */
export const observedPing = (onAnswer?: AnswerObserver): ProtocolDefinition<PingMessage, PingOptions> => ({
  name: 'ping',
  about: 'round-trip times and losses between the members of a slice',
  options: pingOptions,
  codec: pingCodec,
  create: (host, options, directory, meter) => new Ping(host, options, directory, meter, onAnswer),
});

export const ping = observedPing();
