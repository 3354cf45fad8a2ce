// What may be set of RON. Names and values are the paper's (Andersen et al., 2001) where it has one.
import type { OptionValues } from '../options.ts';
import { MAX_BODY } from './codec.ts';

export const ronOptions = {
  probeInterval: {
    kind: 'duration',
    default: 12e9,
    minimum: 1,
    about: 'time between two probes of a link; up to a third of it is added by chance',
  },
  probeTimeout: {
    kind: 'duration',
    default: 3e9,
    minimum: 1,
    about: 'a probe unanswered for this long is lost, and the next one sent at once',
  },
  outage: { kind: 'count', default: 4, minimum: 1, about: 'probes lost in a row after which a link is down' },
  routingInterval: {
    kind: 'duration',
    default: 14e9,
    minimum: 1,
    about: 'time between two link states of a host',
  },
  metric: {
    kind: 'choice',
    default: 'latency',
    choices: ['latency', 'loss'],
    about: 'what is to be least along a path',
  },
  send: {
    every: {
      kind: 'duration',
      default: 1e9,
      minimum: 1,
      about: 'mean time between packets of a host, exponential',
    },
    timeout: {
      kind: 'duration',
      default: 3e9,
      minimum: 1,
      about: 'a packet unanswered for this long is lost',
    },
    bytes: { kind: 'bytes', default: 100, minimum: 0, maximum: MAX_BODY, about: 'size of a packet' },
  },
} as const;

export type RonOptions = OptionValues<typeof ronOptions>;
