// What may be set of Plumtree and of HyParView under it. Names and values are the papers' (Leitao et al., 2007).
import { receiptsOption } from '../hearing-meter.ts';
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';
import { MAX_BODY } from './codec.ts';

export const plumtreeOptions = {
  activeView: { kind: 'count', default: 5, minimum: 1, maximum: 255, about: 'size of the active view' },
  passiveView: { kind: 'count', default: 30, minimum: 1, about: 'size of the passive view' },
  arwl: { kind: 'count', default: 6, maximum: 255, about: 'active random walk length of a join' },
  prwl: { kind: 'count', default: 3, maximum: 255, about: 'passive random walk length of a join' },
  ka: { kind: 'count', default: 3, maximum: 100, about: 'members of the active view in a shuffle' },
  kp: { kind: 'count', default: 4, maximum: 100, about: 'members of the passive view in a shuffle' },
  shuffle: { kind: 'duration', default: 10e9, minimum: 1, about: 'time between two shuffles of a host' },
  probe: {
    kind: 'duration',
    default: 2e9,
    minimum: 1,
    about: 'time between two probes of the active view, which also tell what was received',
  },
  graftTimeout: {
    kind: 'duration',
    default: 1e9,
    minimum: 1,
    about: 'a message announced and not received for this long is asked for',
  },
  threshold: {
    kind: 'count',
    default: 7,
    minimum: 1,
    about: 'hops by which another way has to be shorter to replace a branch of the tree',
  },
  keep: {
    kind: 'duration',
    default: 60e9,
    minimum: 1,
    maximum: 30 * 86_400e9,
    about: 'how long after its publication a message is passed on; it is remembered at least twice as long',
  },
  publish: {
    every: {
      kind: 'duration',
      default: 60e9,
      minimum: 1,
      about: 'mean time between broadcasts of a host, exponential',
    },
    bytes: { kind: 'bytes', default: 100, minimum: 0, maximum: MAX_BODY, about: 'size of a message' },
    receipts: receiptsOption,
  },
  rpc: rpcOptions,
} as const;

export type PlumtreeOptions = OptionValues<typeof plumtreeOptions>;
