// What may be set of Chord. Names are the paper's (Stoica et al., ToN 11(1), 2003) where it has one.

import { MAX_NODES } from '../node-ref.ts';
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';

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
  pns: {
    kind: 'count',
    default: 0,
    maximum: MAX_NODES,
    about: 'nodes of which the nearest becomes a finger: proximity neighbour selection; 0: the first',
  },
  lookup: {
    style: {
      kind: 'choice',
      default: 'iterative',
      choices: ['iterative', 'recursive'],
      about: 'the asker asks each node on the way, or each passes the lookup on to the next',
    },
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
  rpc: rpcOptions,
} as const;

export type ChordOptions = OptionValues<typeof chordOptions>;
