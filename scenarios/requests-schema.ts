// The schema of requests: slices that are asked for in the course of a run.
import Type, { type Static } from 'typebox';
import { CONTROLS, POLICIES, type Policy, type RequestsSpec } from '../models/slice/requests-spec.ts';
import { REQUESTED_SHARE } from './defaults.ts';
import { duration, law, mapping, quantity, text } from './schema-parts.ts';

const optional = Type.Optional;
const positive = { minimum: 1 };
const span = (description: string, preset?: string) =>
  law('duration', description, { ...positive, ...(preset === undefined ? {} : { default: preset }) });
const share = (description: string, preset?: string) =>
  law('fraction', description, { minimum: 1e-9, ...(preset === undefined ? {} : { default: preset }) });

export const requestsSchema = mapping(
  'slices that people ask for in the course of a run; accounted, not run',
  {
    every: span('time between two requests', 'exponential 2h'),
    nodes: optional(
      Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'how many nodes each slice asks for' }),
    ),
    share: optional(
      share(
        `in place of nodes: what share of the nodes it asks for; ${REQUESTED_SHARE} where both are left out`,
      ),
    ),
    load: share(
      "what each of a slice's slivers wants of its node's CPU, one figure for the slice",
      'lognormal 7% 0.95',
    ),
    among: {
      ...text('selector', 'the nodes that slices may take', ['all', 'region europe', 'class edge']),
      default: 'all',
    },
    particular: quantity('fraction', 'requests that name the nodes that they need; the others take any', {
      default: '0%',
    }),
    policy: Type.Unsafe<Policy>({
      enum: [...POLICIES],
      default: 'random',
      description: 'which nodes a slice gets that takes any, by what is known of them',
    }),
    stale: duration(
      'how long what is known of nodes stands until it is brought up to date; 0s: it always is',
      {
        default: '30m',
      },
    ),
    lease: span('length of the first lease', '14d'),
    renewal: mapping(
      'what owners do towards the end of a lease',
      {
        chance: quantity('fraction', 'probability that one renews, each time', { default: '50%', below: 1 }),
        before: duration('how long before the end', { default: '1d' }),
        ahead: duration('how long from then it runs', { default: '56d', minimum: 1 }),
      },
      { default: {} },
    ),
    move: optional(
      span(
        'from when a node goes down until a sliver that may be anywhere is put on another; never where left out',
      ),
    ),
    control: Type.Unsafe<RequestsSpec['control']>({
      enum: [...CONTROLS],
      default: 'best-effort',
      description:
        'best-effort: all are admitted and share what there is; reservations: each sliver has all of its load, and what does not fit is refused',
    }),
    reservable: optional(
      quantity(
        'fraction',
        "with reservations: share of a node's CPU that may be reserved; all where left out",
        {
          minimum: 1e-9,
        },
      ),
    ),
    background: optional(
      mapping("what else loads each node's CPU, drawn anew from time to time", {
        level: share('how much of it', 'lognormal 7% 0.95'),
        every: span('how long a level stands', 'exponential 30m'),
      }),
    ),
    review: duration('how often all slivers are looked at for what they get', { default: '6h', minimum: 1 }),
  },
);

export type RequestsDocument = Static<typeof requestsSchema>;
