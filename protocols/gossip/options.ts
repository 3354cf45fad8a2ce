// What may be set of gossip.
import { receiptsOption } from '../hearing-meter.ts';
import type { OptionValues } from '../options.ts';
import { MAX_BODY } from './codec.ts';

export const gossipOptions = {
  mode: {
    kind: 'choice',
    default: 'push-pull',
    choices: ['push', 'pull', 'push-pull'],
    about: 'each round: tell others what one has heard, ask them for what they have, or both',
  },
  period: { kind: 'duration', default: 1e9, minimum: 1, about: 'time between two rounds of a host' },
  rounds: {
    kind: 'choice',
    default: 'free',
    choices: ['free', 'synchronous'],
    about: "each host's rounds from a random moment on, or all at multiples of the period",
  },
  fanout: { kind: 'count', default: 1, minimum: 1, about: 'members spoken to in a round' },
  hot: {
    kind: 'count',
    default: 30,
    minimum: 1,
    maximum: 30_000,
    about: 'rounds after its publication that a rumour is told; it is remembered twice as long',
  },
  publish: {
    every: {
      kind: 'duration',
      default: 60e9,
      minimum: 1,
      about: 'mean time between rumours of a host, exponential',
    },
    bytes: { kind: 'bytes', default: 100, minimum: 0, maximum: MAX_BODY, about: 'size of a rumour' },
    receipts: receiptsOption,
  },
} as const;

export type GossipOptions = OptionValues<typeof gossipOptions>;
