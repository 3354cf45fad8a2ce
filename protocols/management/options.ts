// What may be set of the management protocol. Defaults are those of PlanetLab's node manager where it has one.
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';
import { MAX_CONFIG, MAX_PAGE } from './codec.ts';

const MINUTE = 60e9;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const managementOptions = {
  role: {
    kind: 'choice',
    default: 'node',
    choices: ['authority', 'node'],
    about: 'holds the desired state of all nodes, or is a node that follows it',
  },
  mode: {
    kind: 'choice',
    default: 'poll',
    choices: ['poll', 'push'],
    about: 'of a node: it asks for changes, or has the authority push them',
  },
  fetch: {
    kind: 'choice',
    default: 'full',
    choices: ['full', 'delta'],
    about: "of a node: each poll brings all of the node's slivers, or what has changed since the last",
  },
  poll: {
    every: { kind: 'duration', default: 10 * MINUTE, minimum: 1, about: 'of a node: time between two polls' },
    spread: {
      kind: 'duration',
      default: 5 * MINUTE,
      about: 'up to so much is added to each, uniformly at random',
    },
  },
  push: {
    heartbeat: {
      kind: 'duration',
      default: 5 * MINUTE,
      minimum: 1,
      about: 'of a node in mode push: time between two signs of life, which keep its subscription',
    },
    poll: {
      kind: 'duration',
      default: HOUR,
      minimum: 1,
      about: 'of a node in mode push: it polls this seldom besides, should pushes fail',
    },
    attempts: {
      kind: 'count',
      default: 8,
      minimum: 1,
      about: 'of an authority: times that a push is sent before it waits for a sign of life',
    },
  },
  report: {
    kind: 'duration',
    default: 15 * MINUTE,
    minimum: 1,
    about: 'of a node: time between two reports',
  },
  create: {
    kind: 'duration',
    default: 15e9,
    about: 'of a node: time to create a sliver, one after the other; it depends on the node OS',
  },
  reap: {
    kind: 'choice',
    default: 'reached',
    choices: ['reached', 'always'],
    about: 'of a node: slivers whose lease is over go once the authority is reached after it, or at once',
  },
  lease: {
    kind: 'duration',
    default: 14 * DAY,
    minimum: 1e6,
    maximum: 365 * DAY,
    about: 'of an authority: how long a lease is, also a renewed one',
  },
  silence: {
    kind: 'duration',
    default: 30 * MINUTE,
    minimum: 8,
    about: 'of an authority: a node not heard of for this long is taken for down',
  },
  sync: {
    kind: 'duration',
    default: 10e9,
    minimum: 1,
    about: 'of an authority: time between two signs of life to the other authorities',
  },
  page: {
    kind: 'bytes',
    default: 32_000,
    minimum: 500,
    maximum: MAX_PAGE,
    about: 'of an authority: what is larger is sent in several datagrams, each acknowledged',
  },
  changes: {
    every: {
      kind: 'duration',
      default: 10 * MINUTE,
      about: 'of an authority: mean time between changes that it makes, exponential; 0: none',
    },
    slices: {
      kind: 'count',
      default: 20,
      minimum: 1,
      about: 'slices are created until there are so many; then others change too',
    },
    share: {
      kind: 'fraction',
      default: 1,
      about: 'share of the registered nodes on which a slice is created',
    },
    bytes: {
      kind: 'bytes',
      default: 500,
      maximum: MAX_CONFIG,
      about: "size of a sliver's configuration: keys, attributes",
    },
  },
  // More than elsewhere: a node that takes its authority for dead turns to another one.
  rpc: { ...rpcOptions, attempts: { ...rpcOptions.attempts, default: 4 } },
} as const;

export type ManagementOptions = OptionValues<typeof managementOptions>;
