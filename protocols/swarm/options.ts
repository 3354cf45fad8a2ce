// What may be set of a swarm. Values are those of Cohen's client (2003) where it has one.
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';

/** Above this a bitfield of the smallest pieces would not fit a datagram. */
const LARGEST_FILE = 2 ** 32;

export const swarmOptions = {
  role: {
    kind: 'choice',
    default: 'peer',
    choices: ['seed', 'peer', 'freerider', 'tracker'],
    about: 'has the file; wants it; wants it and never uploads; only tells members of each other',
  },
  file: { kind: 'bytes', default: 10e6, minimum: 1, maximum: LARGEST_FILE, about: 'size of the file' },
  piece: {
    kind: 'bytes',
    default: 2 ** 18,
    minimum: 2 ** 14,
    maximum: 2 ** 26,
    about: 'size of a piece, which is passed on when it is complete',
  },
  block: {
    kind: 'bytes',
    default: 2 ** 12,
    minimum: 1200,
    maximum: 2 ** 14,
    about: 'size of a block, which is what one datagram bears',
  },
  unchoked: { kind: 'count', default: 4, minimum: 1, about: 'neighbours uploaded to for what they give' },
  rechoke: {
    kind: 'duration',
    default: 10e9,
    minimum: 1,
    about: 'how often it is decided anew who is uploaded to',
  },
  optimistic: {
    kind: 'duration',
    default: 30e9,
    minimum: 1,
    about: 'how long one more neighbour is uploaded to by chance',
  },
  seeding: {
    kind: 'choice',
    default: 'rotate',
    choices: ['rotate', 'rate'],
    about: 'whom a member uploads to that has the whole file: each for a while, or those who take most',
  },
  snub: {
    kind: 'duration',
    default: 60e9,
    minimum: 1,
    about: 'a neighbour that has sent nothing for this long is uploaded to by chance only',
  },
  neighbours: {
    kind: 'count',
    default: 40,
    minimum: 1,
    about: 'neighbours up to which a member asks for more; it takes twice as many',
  },
  announce: {
    kind: 'duration',
    default: 30e9,
    minimum: 1,
    about: 'how often a member asks another for members',
  },
  whenDone: {
    kind: 'choice',
    default: 'stay',
    choices: ['stay', 'leave'],
    about: 'what a member does that has the whole file',
  },
  linger: { kind: 'duration', default: 0, about: 'how long it stays before it leaves' },
  rpc: rpcOptions,
} as const;

export type SwarmOptions = OptionValues<typeof swarmOptions>;
