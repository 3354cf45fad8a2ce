// What may be set of content distribution.
import { blockFetchOptions } from '../block-fetch-options.ts';
import type { OptionValues } from '../options.ts';
import { MAX_BLOCK } from './codec.ts';

/** Clients, replicas and origins of one network must be told the same of these. */
export const objectOptions = {
  count: { kind: 'count', default: 1000, minimum: 1, maximum: 1e9, about: 'objects in the catalogue' },
  mean: { kind: 'bytes', default: 100_000, minimum: 1, maximum: 1e9, about: 'mean size of an object' },
  tail: {
    kind: 'count',
    default: 100,
    minimum: 1,
    maximum: 10_000,
    about: 'the largest size that an object may have, in means; 1: all have the mean size',
  },
  zipf: {
    kind: 'fraction',
    default: 0.8,
    about: 'the object of rank i is asked for in proportion to 1 / i to the power of this',
  },
  block: {
    kind: 'bytes',
    default: 1200,
    minimum: 64,
    maximum: MAX_BLOCK,
    about: 'an object travels in blocks of this size, each a datagram',
  },
} as const;

export const cdnOptions = {
  role: {
    kind: 'choice',
    default: 'client',
    choices: ['client', 'replica', 'origin'],
    about: 'asks for objects, passes them on and keeps copies, or has them all',
  },
  objects: objectOptions,
  redirection: {
    kind: 'choice',
    default: 'nearest',
    choices: ['random', 'nearest', 'hashing', 'nearest-hashing'],
    about: 'which of the listed servers a client or a replica asks for an object',
  },
  near: {
    kind: 'count',
    default: 4,
    minimum: 1,
    about: 'nearest servers among which nearest-hashing hashes objects',
  },
  probe: {
    kind: 'duration',
    default: 30e9,
    minimum: 1,
    about: 'time between two measurements of the round trip to a server, where the nearest is wanted',
  },
  avoid: {
    kind: 'duration',
    default: 60e9,
    minimum: 0,
    about: 'a server that did not answer is asked only where there is no other, for this long',
  },
  cache: { kind: 'bytes', default: 10_000_000, minimum: 0, about: 'what a replica keeps' },
  eviction: {
    kind: 'choice',
    default: 'lru',
    choices: ['lru', 'lfu', 'fifo'],
    about: 'what a full cache gives up: the least recently used, the least frequently used, or the oldest',
  },
  request: {
    every: {
      kind: 'duration',
      default: 10e9,
      minimum: 1,
      about: 'mean time between two requests of a client, exponential',
    },
    timeout: {
      kind: 'duration',
      default: 30e9,
      minimum: 1,
      about: 'an object that is not complete by then has failed',
    },
  },
  crowd: {
    at: { kind: 'duration', default: 0, about: "when the crowd comes, after the client's own start" },
    for: { kind: 'duration', default: 60e9, minimum: 1, about: 'how long it stays' },
    times: {
      kind: 'count',
      default: 1,
      minimum: 1,
      about: 'by what the requests of a client multiply meanwhile: those added are all for one new object',
    },
  },
  fetch: blockFetchOptions,
} as const;

export type ObjectOptions = OptionValues<typeof objectOptions>;
export type CdnOptions = OptionValues<typeof cdnOptions>;
