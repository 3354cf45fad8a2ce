// What may be set of Chord. Names are the paper's (Stoica et al., ToN 11(1), 2003) where it has one.

import type { OptionValues } from '../options.ts';
import { MAX_NODES } from './codec.ts';

export const chordOptions = {
  stabilize: { kind: 'duration', default: 15e9, minimum: 1, about: 'period of stabilize()' },
  fixFingers: {
    kind: 'duration',
    default: 10e9,
    minimum: 1,
    about: 'period of fix_fingers(), one finger each',
  },
  successors: {
    kind: 'count',
    default: 8,
    minimum: 1,
    maximum: MAX_NODES,
    about: 'length r of the successor list',
  },
  lookup: {
    every: {
      kind: 'duration',
      default: 10e9,
      minimum: 1,
      about: 'mean time between lookups of a host, exponential',
    },
    timeout: {
      kind: 'duration',
      default: 30e9,
      minimum: 1,
      about: 'a lookup not answered by then has failed',
    },
  },
  rpc: {
    timeout: {
      kind: 'duration',
      default: 1.5e9,
      minimum: 1,
      about: 'a request unanswered for this long is sent again',
    },
    attempts: {
      kind: 'count',
      default: 2,
      minimum: 1,
      about: 'requests sent before the peer is taken for dead',
    },
  },
} as const;

export type ChordOptions = OptionValues<typeof chordOptions>;
