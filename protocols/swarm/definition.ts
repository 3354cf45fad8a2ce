// A swarm as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { swarmCodec } from './codec.ts';
import type { SwarmMessage } from './messages.ts';
import { type SwarmOptions, swarmOptions } from './options.ts';
import { type PieceObserver, Swarm } from './swarm.ts';

/** @param onPiece told of every piece that one of the instances completes */
export const observedSwarm = (onPiece?: PieceObserver): ProtocolDefinition<SwarmMessage, SwarmOptions> => ({
  name: 'swarm',
  about: 'peer-to-peer distribution of a file: pieces, rarest first, tit for tat',
  options: swarmOptions,
  codec: swarmCodec,
  create: (host, options, directory, meter) => new Swarm(host, options, directory, meter, onPiece),
});

export const swarm = observedSwarm();
