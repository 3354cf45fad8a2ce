// What may be set of a store. N, R and W are Gifford's (1979) and Dynamo's (2007).
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';
import { swimOptions } from '../swim/options.ts';

/** Leaves room in a datagram for the configuration that goes with a value. */
const MAX_VALUE = 60_000;

export const storeOptions = {
  role: {
    kind: 'choice',
    default: 'member',
    choices: ['member', 'client'],
    about: 'whether a host stores, or only reads and writes what the listed hosts store',
  },
  n: { kind: 'count', default: 3, minimum: 1, maximum: 32, about: 'N: replicas of an object' },
  r: { kind: 'count', default: 2, minimum: 1, maximum: 32, about: 'R: replicas that a read waits for' },
  w: { kind: 'count', default: 2, minimum: 1, maximum: 32, about: 'W: replicas that a write waits for' },
  keys: {
    kind: 'count',
    default: 8,
    about: 'objects that a host creates, and writes and reads from then on',
  },
  value: { kind: 'bytes', default: 1000, maximum: MAX_VALUE, about: 'size of a value' },
  popularity: {
    kind: 'choice',
    default: 'uniform',
    choices: ['uniform', 'zipf'],
    about: "which of a host's objects is written or read: any, or number i with a weight of i^-skew",
  },
  skew: { kind: 'fraction', default: 0.99, about: "Zipf's exponent" },
  put: {
    every: { kind: 'duration', default: 60e9, minimum: 1, about: 'mean time between two writes of a host' },
  },
  get: {
    every: { kind: 'duration', default: 20e9, minimum: 1, about: 'mean time between two reads of a host' },
    foreign: { kind: 'fraction', default: 0.5, about: "share of the reads that are of others' objects" },
  },
  timeout: {
    kind: 'duration',
    default: 10e9,
    minimum: 1,
    about: 'a read or write not ended by then has failed',
  },
  sync: {
    every: { kind: 'duration', default: 60e9, minimum: 1, about: 'period of anti-entropy and of repair' },
  },
  repair: {
    after: {
      kind: 'duration',
      default: 600e9,
      about:
        'a replica that is not where it belongs for this long is replaced; at once where it lost its disk',
    },
  },
  membership: swimOptions,
  rpc: rpcOptions,
} as const;

export type StoreOptions = OptionValues<typeof storeOptions>;
