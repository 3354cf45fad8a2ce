// The schemas of threats: a worm, and a slice that floods a third party.
import Type, { type Static } from 'typebox';
import { duration, law, mapping, quantity, text } from './schema-parts.ts';
import { NAME_PATTERN } from './selector.ts';

const nodes = (description: string, preset: string) => ({
  ...text('selector', description, ['3 nodes', '1 software group', 'class contributed']),
  default: preset,
});
const optional = Type.Optional;
const positive = { minimum: 1 };
const span = (description: string, preset?: string) =>
  law('duration', description, { ...positive, ...(preset === undefined ? {} : { default: preset }) });
const perSecond = (description: string, preset?: number) =>
  Type.Number({
    minimum: 0,
    maximum: 1e9,
    description: `${description}, per second`,
    ...(preset === undefined ? {} : { default: preset }),
  });

export const wormSchema = mapping('a worm: compromise spreads from sliver to node, and from node to node', {
  at: duration('when the first nodes are compromised', { default: '0s' }),
  patients: nodes('the nodes that are compromised first', '1 nodes'),
  vulnerable: nodes('the nodes whose software has the weakness', 'all'),
  probe: span('time between two probes of other nodes by a compromised one', 'exponential 10s'),
  local: quantity('fraction', 'probes that go to nodes of the own site', { default: '0%' }),
  outside: perSecond('probes of hosts outside the testbed by a compromised node', 0),
  escape: optional(span('from the compromise of a sliver to that of its node; never where left out')),
  detect: optional(span('until a compromise is noticed; never where left out')),
  quarantine: optional(
    mapping('what is done to a node whose compromise is noticed', {
      after: span('from notice until it is taken off', '10m'),
      reinstall: span('until it comes back, clean', '2h'),
    }),
  ),
  patch: optional(
    mapping('a patch, once a first compromise is noticed', {
      after: span('until there is one'),
      reach: span('from then until a node has it', 'uniform 0s 15m'),
    }),
  ),
});

export const floodSchema = mapping('a slice that floods a third party', {
  at: duration('when it begins', { default: '0s' }),
  slice: Type.String({
    pattern: NAME_PATTERN,
    description: 'the slice that floods',
    errorMessage: 'the name of a slice',
  }),
  rate: perSecond('packets to the third party by each of its slivers'),
  forged: Type.Boolean({
    default: false,
    description: 'its packets bear the addresses of nodes drawn at random, where it may open raw sockets',
    errorMessage: 'true or false',
  }),
  background: perSecond('packets to the same third party by each sliver of other slices', 0),
  complaint: span('from the beginning until the third party complains', 'exponential 1h'),
  audit: mapping(
    "the search of a node's log for whoever sent a packet",
    {
      sample: quantity('fraction', 'packets that the log keeps', { default: '100%', minimum: 1e-9 }),
      window: duration('how far back it is searched', { default: '1h', minimum: 1 }),
      search: span('how long people take for it', 'exponential 30m'),
    },
    { default: {} },
  ),
  cap: perSecond('what each sliver of the slice that is found may send; 0: it is stopped', 0),
  reach: span('from the finding until a node obeys', 'uniform 0s 15m'),
});

export type WormDocument = Static<typeof wormSchema>;
export type FloodDocument = Static<typeof floodSchema>;
