// What may be set of ping.
import { MAX_PAYLOAD } from '../bytes.ts';
import type { OptionValues } from '../options.ts';

export const pingOptions = {
  every: { kind: 'duration', default: 30e9, minimum: 1, about: 'time between two probes of a host' },
  timeout: { kind: 'duration', default: 3e9, minimum: 1, about: 'a probe unanswered for this long is lost' },
  bytes: {
    kind: 'bytes',
    default: 64,
    minimum: 16,
    maximum: MAX_PAYLOAD,
    about: 'payload of a probe and of its answer',
  },
  targets: {
    kind: 'choice',
    default: 'sampled',
    choices: ['sampled', 'all-pairs'],
    about: 'each probe to a random other member, or to all of them in turn',
  },
} as const;

export type PingOptions = OptionValues<typeof pingOptions>;
