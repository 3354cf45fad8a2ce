// Requests in a scenario: slices that are asked for in the course of a run, as a schema, and in base units.
import Type, { type Static } from 'typebox';
import { CONTROLS, POLICIES, type Policy, type RequestsSpec } from '../models/slice/requests-spec.ts';
import { fraction, fractionLaw, given, sure, time, timeLaw } from './checked.ts';
import { at, has, read, wrong } from './document.ts';
import type { Finding } from './finding.ts';
import { duration, law, mapping, quantity, text } from './schema-parts.ts';
import { readSelector } from './selector.ts';
import { writeDuration } from './units.ts';

const optional = Type.Optional;
const positive = { minimum: 1 };
const span = (description: string, preset?: string) =>
  law('duration', description, { ...positive, ...(preset === undefined ? {} : { default: preset }) });
const share = (description: string, preset?: string) =>
  law('fraction', description, { minimum: 1e-9, ...(preset === undefined ? {} : { default: preset }) });

/** With a median of some 60 of 600 nodes: more than half of PlanetLab's slices span 50 or more, a fifth 250 or more. */
const PLANETLAB_SHARE = 'lognormal 10% 1.66';

export const requestsSchema = mapping(
  'slices that people ask for in the course of a run; accounted, not run',
  {
    every: span('time between two requests', 'exponential 2h'),
    nodes: optional(
      Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'how many nodes each slice asks for' }),
    ),
    share: optional(
      share(
        `in place of nodes: what share of the nodes it asks for; ${PLANETLAB_SHARE} where both are left out`,
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

type RequestsDocument = Static<typeof requestsSchema>;

export function requestsOf(requests: RequestsDocument): RequestsSpec {
  const { every, nodes, load, among, particular, policy, stale, lease, renewal, move } = requests;
  const { control, reservable, background, review } = requests;
  return {
    every: timeLaw(every),
    size: nodes === undefined ? { share: fractionLaw(requests.share ?? PLANETLAB_SHARE) } : { nodes },
    load: fractionLaw(load),
    among: sure(readSelector(among)),
    particular: fraction(particular),
    policy,
    stale: time(stale),
    lease: timeLaw(lease),
    renewal: {
      chance: fraction(renewal.chance),
      before: time(renewal.before),
      ahead: time(renewal.ahead),
    },
    ...given('move', move, timeLaw),
    control,
    reservable: reservable === undefined ? 1 : fraction(reservable),
    ...given('background', background, ({ level, every }) => ({
      level: fractionLaw(level),
      every: timeLaw(every),
    })),
    review: time(review),
  };
}

/** Keys that contradict each other. */
export function* checkRequests(document: unknown): Generator<Finding> {
  const path = (...keys: string[]) => ['requests', ...keys];
  if (has(document, path('nodes')) && has(document, path('share'))) {
    const expected = 'either nodes or share';
    yield { path: path('share'), of: 'key', found: 'share', expected, with: path('nodes') };
  }
  const before = read('duration', document, path('renewal', 'before'));
  const ahead = read('duration', document, path('renewal', 'ahead'));
  if (before !== undefined && ahead !== undefined && ahead <= before) {
    const expected = `more than before, ${writeDuration(before)}: or renewing would not lengthen a lease`;
    yield wrong(document, path('renewal', 'ahead'), expected, { with: path('renewal', 'before') });
  }
  const reservations = at(document, path('control')) === 'reservations';
  if (has(document, path('reservable')) && !reservations) {
    const expected = 'beside control: reservations alone';
    yield { path: path('reservable'), of: 'key', found: 'reservable', expected, with: path('control') };
  }
}
