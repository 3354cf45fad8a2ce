// What may be set of Vivaldi. Names and values are the paper's (Dabek et al., 2004) where it has one.
import type { OptionValues } from '../options.ts';

export const vivaldiOptions = {
  every: { kind: 'duration', default: 10e9, minimum: 1, about: 'time between two samples of a host' },
  timeout: { kind: 'duration', default: 3e9, minimum: 1, about: 'a ping unanswered for this long is lost' },
  neighbours: {
    kind: 'count',
    default: 32,
    minimum: 1,
    about: 'random members of which a host takes samples',
  },
  check: {
    kind: 'duration',
    default: 0,
    about:
      'time between two pings to a random member that is no neighbour, to see how well its round trip is foretold; 0: none',
  },
  cc: { kind: 'fraction', default: 0.25, about: 'c_c: share of the way to where a sample would have a host' },
  ce: { kind: 'fraction', default: 0.25, about: "c_e: weight of a sample in a host's own error" },
} as const;

export type VivaldiOptions = OptionValues<typeof vivaldiOptions>;
