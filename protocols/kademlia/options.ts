// What may be set of Kademlia. Names are the paper's (Maymounkov & Mazieres, 2002) where it has one.
import { MAX_NODES } from '../node-ref.ts';
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';
import { MAX_VALUE } from './codec.ts';

export const kademliaOptions = {
  k: {
    kind: 'count',
    default: 20,
    minimum: 1,
    maximum: MAX_NODES,
    about: 'contacts in a k-bucket, and nodes that a value is stored at',
  },
  alpha: { kind: 'count', default: 3, minimum: 1, about: 'requests of a lookup that are under way together' },
  refresh: {
    kind: 'duration',
    default: 3600e9,
    minimum: 1,
    about: 'a k-bucket in which nothing was looked up for this long is refreshed',
  },
  probe: {
    kind: 'duration',
    default: 60e9,
    minimum: 1,
    about: 'a full k-bucket pings its least recently seen contact for a newcomer at most this often',
  },
  replicate: {
    kind: 'duration',
    default: 3600e9,
    minimum: 1,
    about: 'a holder stores a value anew at the k closest when it was not stored for this long',
  },
  republish: {
    kind: 'duration',
    default: 23 * 3600e9,
    minimum: 1,
    about: 'its publisher publishes a value anew this often',
  },
  expire: {
    kind: 'duration',
    default: 24 * 3600e9,
    minimum: 1,
    maximum: 2 ** 32 * 1e6 - 1,
    about: 'a value is forgotten when it was not published for this long',
  },
  publish: {
    values: {
      kind: 'count',
      default: 0,
      about: 'values that each host publishes; lookups are of values then',
    },
    bytes: { kind: 'bytes', default: 100, minimum: 0, maximum: MAX_VALUE, about: 'size of a value' },
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
      about: 'a lookup not ended by then has failed',
    },
  },
  rpc: rpcOptions,
} as const;

export type KademliaOptions = OptionValues<typeof kademliaOptions>;
