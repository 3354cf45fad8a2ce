// What may be set of SWIM. Names are the paper's (Das, Gupta & Motivala, 2002) where it has one.
import type { OptionValues } from '../options.ts';
import { MAX_UPDATES } from './codec.ts';

export const swimOptions = {
  period: {
    kind: 'duration',
    default: 1e9,
    minimum: 2,
    about: "protocol period T': one member is probed in each",
  },
  timeout: {
    kind: 'duration',
    default: 400e6,
    minimum: 1,
    about: 'a ping unanswered for this long is tried through others; less than the period',
  },
  k: {
    kind: 'count',
    default: 3,
    about: 'members asked to ping for another: the failure detection subgroup',
  },
  lambda: { kind: 'count', default: 3, minimum: 1, about: 'an update is piggybacked lambda ln N times' },
  piggyback: {
    kind: 'count',
    default: 8,
    minimum: 1,
    maximum: MAX_UPDATES - 1,
    about: 'updates that a message bears at most',
  },
  suspicion: {
    kind: 'choice',
    default: 'on',
    choices: ['on', 'off'],
    about: 'whether a member that failed a probe is suspected first, or dead at once',
  },
  suspicionPeriods: { kind: 'count', default: 5, minimum: 1, about: 'periods after which a suspect is dead' },
  targets: {
    kind: 'choice',
    default: 'round-robin',
    choices: ['round-robin', 'random'],
    about: 'each member once in a random order, or one at random in each period',
  },
} as const;

export type SwimOptions = OptionValues<typeof swimOptions>;
