// The schema of the management plane.
import Type, { type Static } from 'typebox';
import { WAVES } from './defaults.ts';
import { duration, law, mapping, quantity } from './schema-parts.ts';
import { NAME_PATTERN } from './selector.ts';

const optional = Type.Optional;
const positive = { minimum: 1 };
const period = (description: string, preset: string) =>
  duration(description, { default: preset, ...positive });
const span = (description: string, preset?: string) =>
  law('duration', description, { ...positive, ...(preset === undefined ? {} : { default: preset }) });
const share = (description: string, preset: string) => quantity('fraction', description, { default: preset });
const count = (description: string, preset: number) =>
  Type.Integer({ minimum: 1, maximum: 1000, default: preset, description });
const choice = <const C extends readonly string[]>(description: string, ...choices: C) =>
  Type.Unsafe<C[number]>({ enum: choices, default: choices[0], description });
const name = (description: string, what: string) =>
  Type.String({ pattern: NAME_PATTERN, description, errorMessage: `the name of ${what}` });

const authority = mapping(
  'whom the nodes hear from',
  {
    site: optional(name('the site where it stands; the first one where left out', 'a site')),
    servers: count('requests that are served at a time', 4),
    service: span('how long a request takes', '50ms'),
    replicas: count('how many there are; one serves, and another takes over where it fails', 1),
    failover: duration('how long it takes another one to take over', { default: '30s' }),
    link: quantity('rate', "the boot server's link, by which images are downloaded", {
      default: '100Mbps',
      ...positive,
    }),
    outages: Type.Array(
      mapping('the one that serves fails', {
        at: duration('when'),
        for: span('for how long'),
      }),
      { default: [], description: 'when the one that serves fails' },
    ),
    failures: optional(
      mapping('each of them fails by itself', {
        every: span('after so long'),
        for: span('for so long'),
      }),
    ),
  },
  { default: {} },
);

const lease = mapping("every slice's lease", {
  for: span('how long it is, also when it is renewed', '14d'),
  renew: share('leases that their owners renew, each time', '100%'),
  before: span('how long before the end they do', 'uniform 0s 7d'),
  reap: choice(
    'slivers whose lease is over go once their node hears from the authority after it, or at once',
    'reached',
    'always',
  ),
});

const monitor = mapping(
  'what is done about a node that is down, and how long after it went down',
  {
    every: period('time between two looks at a node', '1h'),
    cycle: period('it is power-cycled from afar', '1d'),
    notice: period('its people are written to', '2d'),
    again: period('time until they are again', '84h'),
    retry: period('it is to be installed anew', '5d'),
    dead: period('it is given up', '30d'),
    minimum: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 1,
      description: 'a site with fewer nodes up than this, or than it has, is in arrears',
    }),
    investigator: period('in arrears for so long: mail to the investigator, and no new slices', '7d'),
    disable: period('in arrears for so long: the slices of the site are disabled', '14d'),
  },
  { default: {} },
);

const people = (what: string, power: string, heed: string, repair: string) =>
  mapping(
    what,
    {
      power: share('power-cycles from afar that bring a node back', power),
      heed: share('messages that somebody heeds', heed),
      repair: span('from such a message until the node is mended', repair),
      replace: span('until a node that was given up is replaced', 'exponential 120d'),
    },
    { default: {} },
  );

const measure = (what: string, portion: string, until: string) =>
  mapping(
    what,
    { share: share('how many of them', portion), for: span('for how long', until) },
    { default: {} },
  );

const waves = Type.Array(quantity('fraction', 'nodes that have been told by the end of the wave'), {
  minItems: 1,
  maxItems: 1000,
  description: `shares of the nodes that have been told by the end of each wave; ${WAVES.join(', ')} where left out`,
});

const rollout = mapping('the roll-out of an image', {
  at: duration('when it begins', { default: '0s' }),
  how: choice(
    'update: the node downloads it while it runs, and reboots; reinstall: it is installed anew',
    'update',
    'reinstall',
  ),
  waves: optional(waves),
  groups: optional(name('in place of waves: each group of this kind is one', 'a kind of groups')),
  soak: duration('from when a wave has it until it is looked at, and the next one begins', { default: '1d' }),
  bad: share('nodes that fail with this image', '0%'),
  shows: span('how long after they run it', 'exponential 1h'),
  threshold: share('a larger share of failures among those told halts it', '100%'),
  rollback: Type.Boolean({ default: true, description: 'whether those told then go back to the old image' }),
});

export const managementSchema = mapping('how the testbed is managed', {
  history: duration('how long it has been managed before: nodes begin in the states that this left them in', {
    default: '0s',
  }),
  mode: choice('nodes poll for changes, or have them pushed', 'poll', 'push'),
  authority,
  poll: mapping(
    'how nodes ask',
    {
      every: period('time between two polls', '10m'),
      spread: duration('up to so much is added to each, uniformly at random', { default: '5m' }),
      retry: optional(span('after one that failed; as after any where left out')),
    },
    { default: {} },
  ),
  push: mapping(
    'in mode push',
    {
      heartbeat: period("time between a node's signs of life, which bring what it has not heard", '5m'),
      timeout: period('a push unacknowledged for so long is sent again', '3s'),
      attempts: count('times that it is sent before the authority waits for a sign of life', 8),
    },
    { default: {} },
  ),
  report: period("time between a node's reports", '15m'),
  create: law('duration', 'time to create or change a sliver, one after the other on a node', {
    default: '15s',
  }),
  changes: optional(span('time between two changes; none where left out')),
  concerns: share('nodes that each change concerns', '100%'),
  lease: optional(lease),
  owners: Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: name('the site that answers for the slice', 'a site'),
    default: {},
    description: 'by slice, the site that answers for it',
  }),
  failures: optional(
    mapping('nodes fail by themselves', {
      every: span('how long a node is up until it does', 'exponential 45d'),
    }),
  ),
  monitor,
  people: mapping(
    "the people of a site, and what they gave their nodes, by the site's class",
    {
      edge: people('at universities', '50%', '30%', 'exponential 4d'),
      'co-location': people('at co-location centres', '50%', '30%', 'exponential 4d'),
      peering: people('at peering points', '50%', '30%', 'exponential 4d'),
      contributed: people('at sites that somebody contributed', '25%', '12%', 'exponential 12d'),
    },
    { default: {} },
  ),
  install: mapping(
    'installations',
    {
      image: quantity('size', 'the image', { default: '300MB', ...positive }),
      fails: share('installations that fail', '30%'),
    },
    { default: {} },
  ),
  safeboot: measure('of the nodes in failboot, those that an operator looks into', '30%', 'exponential 17d'),
  disabled: measure(
    'of the nodes of which notice is given, those that their site takes out',
    '8%',
    'exponential 45d',
  ),
  rollout: optional(rollout),
});

export type ManagementDocument = Static<typeof managementSchema>;
