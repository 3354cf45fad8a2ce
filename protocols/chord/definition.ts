// Chord as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { Chord } from './chord.ts';
import { chordCodec } from './codec.ts';
import type { ChordMessage } from './messages.ts';
import { type ChordOptions, chordOptions } from './options.ts';
import type { LookupObserver } from './workload.ts';

/** @param onLookup told of every lookup of the instances' workload that succeeded */
export const observedChord = (onLookup?: LookupObserver): ProtocolDefinition<ChordMessage, ChordOptions> => ({
  name: 'chord',
  about: 'a distributed hash table: lookups of random keys on a ring that heals itself',
  options: chordOptions,
  codec: chordCodec,
  create: (host, options, directory, meter) => new Chord(host, options, directory, meter, { onLookup }),
});

export const chord = observedChord();
