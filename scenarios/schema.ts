// The schema of a scenario as people write it: the one source of the document's type and of the JSON Schema.
import Type, { type Static } from 'typebox';
import { run } from './run-schema.ts';
import { duration, file, mapping, oneOfForms, quantity, text } from './schema-parts.ts';
import { NAME_PATTERN } from './selector.ts';
import { subsystemSchemas } from './subsystem-schema.ts';

const optional = Type.Optional;
const count = (description: string) => Type.Integer({ minimum: 1, maximum: 10_000_000, description });

const planetlab = mapping('PlanetLab as it stood in a year: its own sites, with delays after their places', {
  year: Type.Integer({
    minimum: 2002,
    maximum: 2020,
    description: 'the sites that had joined by the end of this year',
  }),
  sites: optional(count('so many of these sites, the oldest first; all of them where left out')),
  nodes: optional(
    count('so many nodes in all, at least one a site; as many as the sites had where left out'),
  ),
});

const share = (description: string) => optional(Type.Number({ minimum: 0, maximum: 1e6, description }));

const generate = mapping('sites made up, as many as asked for', {
  sites: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'how many sites' }),
  nodesPerSite: Type.Unsafe<number | 'planetlab'>({
    type: ['integer', 'string'],
    minimum: 1,
    maximum: 10_000,
    pattern: '^planetlab$',
    default: 2,
    description: 'nodes at each site, or planetlab: as many as its sites had, drawn one by one',
    errorMessage: 'a whole number of nodes, or planetlab',
    examples: [2, 'planetlab'],
  }),
  classes: optional(
    mapping("how many sites of each class there are to those of another; PlanetLab's mix where left out", {
      edge: share('universities, on research networks'),
      'co-location': share('co-location centres, on commercial networks'),
      peering: share('peering points'),
      contributed: share('sites that somebody contributed'),
    }),
  ),
});

const imported = oneOfForms('sites and round trips from files; file names are relative to the scenario', {
  matrix: mapping('a square matrix', {
    matrix: file('CSV: a square matrix of round trips in milliseconds, with names'),
  }),
  edges: mapping('a list of pairs and a table of places', {
    edges: file('CSV: one measured pair of places a row'),
    servers: file('CSV: one place a row, with its coordinates'),
  }),
});

const topology = oneOfForms('the sites and the delays between them', {
  planetlab: mapping('PlanetLab in a year', { planetlab }),
  generate: mapping('generated sites', { generate }),
  import: mapping('imported sites', { import: imported }),
});

const access = mapping(
  "every node's link to the network",
  {
    up: quantity('rate', 'from the node to the network', { default: 'unlimited' }),
    down: quantity('rate', 'from the network to the node', { default: 'unlimited' }),
    queue: duration('how long a message may wait for the link before it is dropped', { default: '100ms' }),
  },
  { default: {} },
);

const loss = Type.Unsafe<string | number | { rate: string | number; burst: number }>({
  ...quantity('fraction', 'messages lost at random: a fraction, or a mapping of rate and burst', {
    below: 1,
  }),
  ...mapping('', {
    rate: quantity('fraction', 'long-run fraction of messages lost', { below: 1 }),
    burst: Type.Number({
      minimum: 1,
      maximum: 1e6,
      default: 1,
      description: 'mean number of messages lost in a row',
    }),
  }),
  type: ['string', 'number', 'object'],
  description: 'messages lost at random: a fraction, or a mapping of rate and burst',
  default: '0%',
  examples: ['0.1%', { rate: '1%', burst: 3 }],
});

const reorderRate = quantity('fraction', 'fraction of messages held back', { below: 1 });
const reorder = Type.Unsafe<string | number | { rate: string | number; by: string }>({
  ...reorderRate,
  ...mapping('', {
    rate: reorderRate,
    by: duration('how long each is held back', { default: '5ms', minimum: 1 }),
  }),
  type: ['string', 'number', 'object'],
  description:
    'messages held back, so that later ones overtake them: a fraction, or a mapping of rate and by',
  default: '0%',
  examples: ['1%', { rate: '1%', by: '5ms' }],
});

const network = mapping(
  'what a message meets between two nodes, beside the delay of the path',
  {
    grain: Type.Unsafe<'message'>({
      enum: ['message'],
      default: 'message',
      description: 'what the network model moves',
    }),
    access,
    jitter: duration('mean extra one-way delay of a message, exponentially distributed', { default: '0s' }),
    loss,
    duplicate: quantity('fraction', 'messages that arrive twice', { below: 1, default: '0%' }),
    corrupt: quantity('fraction', 'messages whose bits are damaged', { below: 1, default: '0%' }),
    reorder,
  },
  { default: {} },
);

const place = mapping(
  'which nodes hold a sliver',
  {
    nodes: Type.Unsafe<number | string | string[]>({
      type: ['integer', 'string', 'array'],
      minimum: 1,
      maximum: 10_000_000,
      pattern: '^all$',
      minItems: 1,
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: NAME_PATTERN,
        errorMessage: 'the name of a node or site, such as princeton-1',
      },
      description:
        'how many nodes, all of them, or a list of names: of nodes, or of sites for all their nodes',
      errorMessage: 'a whole number of nodes, all, or a list of names of nodes',
      default: 'all',
      examples: [64, 'all', ['princeton-1', 'mit-1']],
    }),
    policy: optional(
      Type.Unsafe<'spread' | 'random'>({
        enum: ['spread', 'random'],
        description:
          'spread (the default): over as many sites as there are; random: any node as likely as another',
      }),
    ),
    near: optional(text('place', 'the nodes nearest to a site or a point', ['princeton', '40.35,-74.66'])),
  },
  { default: {} },
);

const caps = mapping(
  'what a sliver may use',
  {
    uplink: quantity('rate', 'token bucket: rate of what a sliver sends', { default: 'unlimited' }),
    burst: quantity('size', 'token bucket: bytes that may leave at once', { default: '15KB', minimum: 1 }),
    queue: duration('how long a message may wait for tokens before it is dropped', { default: '1s' }),
    cpu: optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1024,
        description:
          'in emulate: processor cores that a program may use, such as 0.25; no limit where left out',
      }),
    ),
    memory: optional(
      quantity('size', 'in emulate: memory that a program may use; no limit where left out', {
        minimum: 2 ** 20,
      }),
    ),
  },
  { default: {} },
);

const clock = mapping(
  "how the hosts' clocks differ from true time, in the modes model and virtual",
  {
    skew: duration('offsets are drawn uniformly from minus to plus this', { default: '0s' }),
    drift: quantity('fraction', 'rate errors are drawn uniformly from minus to plus this', {
      default: '0%',
      maximum: 0.1,
    }),
  },
  { default: {} },
);

const start = mapping(
  'when slivers start',
  {
    over: optional(
      duration('at random times over this span; a tenth of the run, at most 10s, where left out'),
    ),
  },
  { default: {} },
);

const slice = mapping('a slice: a virtual machine, the sliver, on each of its nodes', {
  place,
  caps,
  clock,
  run,
  start,
});

const nodes = (description: string) =>
  text('selector', description, [
    '10% of nodes',
    '5 nodes',
    'princeton',
    'princeton-1',
    'region europe',
    'country US',
    'all',
  ]);
const at = duration('when, from the start of the run');
const positive = { minimum: 1 };
export const faultSchema = oneOfForms('something that goes wrong, or is put right, at a time', {
  crash: mapping('nodes crash', {
    at,
    crash: nodes('the nodes that crash'),
    over: duration('at random times over this span', { default: '0s' }),
    restart: optional(duration('each restarts so long after its crash; never where left out', positive)),
  }),
  partition: mapping('the network falls apart', {
    at,
    partition: text(
      'partition',
      'groups separated by |, that do not reach each other; or two separated by >, the first of which does not reach the second',
      ['region europe | rest', 'region europe > rest'],
    ),
    heal: optional(duration('so long after; never where left out', positive)),
  }),
  slow: mapping('access links limp', {
    at,
    slow: nodes('the nodes whose access links limp'),
    rate: optional(quantity('rate', 'the links fall to this rate', { maximum: 1e15 })),
    delay: optional(duration('the links gain this one-way delay', positive)),
    for: optional(duration('for so long; to the end where left out', positive)),
  }),
  pause: mapping('nodes stand still', {
    at,
    pause: nodes('the nodes that neither run nor answer, while what arrives waits'),
    for: optional(duration('for so long; to the end where left out', positive)),
  }),
  clock: mapping('clocks jump', {
    at,
    clock: nodes('the nodes whose clocks jump'),
    by: quantity('shift', 'so far forward, or, with a minus, back'),
  }),
  lossy: mapping('access links lose messages', {
    at,
    lossy: nodes('the nodes whose access links lose messages'),
    rate: quantity('fraction', 'fraction of messages lost in each direction'),
    for: optional(duration('for so long; to the end where left out', positive)),
  }),
  restart: mapping('nodes start again', { at, restart: nodes('the nodes that start again') }),
});

const fidelity = mapping(
  'in emulate: what the run must keep to for its results to count',
  {
    lateness: duration('99 % of packets leave no later than this after their due time', { default: '1ms' }),
    drops: quantity('fraction', 'packets dropped because this machine is too slow, of all', {
      default: '0.01%',
    }),
    utilisation: quantity('fraction', 'share of time for which the switch is busy', { default: '90%' }),
    waiting: quantity('fraction', 'share of time for which programs wait for a processor', {
      default: '10%',
    }),
  },
  { default: {} },
);

const keys = {
  name: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    description: 'the name of the scenario, and of the directories of its runs',
    errorMessage: 'a name of up to 64 letters, digits, dots, hyphens and underscores',
  }),
  about: Type.String({ default: '', description: 'one line: the question that the scenario answers' }),
  seed: Type.Unsafe<string | number>({
    type: ['number', 'string'],
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    minLength: 1,
    default: 1,
    description: 'any text or number: every random draw of the run follows from it',
    errorMessage: 'a text or a number; in quotes where it has more digits than a double holds',
  }),
  duration: duration('how long the run lasts, in virtual time', positive),
  warmup: duration('what happens before this time does not count in the metrics', { default: '0s' }),
  sample: optional(
    duration('interval of the time series; a sixtieth of the duration where left out', positive),
  ),
  topology,
  network,
  slices: Type.Unsafe<Record<string, Static<typeof slice>>>({
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: NAME_PATTERN },
    additionalProperties: slice,
    description: 'the slices by their names: lower-case letters, digits and hyphens',
    errorMessage: 'at least one slice, by its name',
  }),
  fidelity,
  ...subsystemSchemas,
  faults: Type.Array(faultSchema, { default: [], description: 'faults, in any order' }),
  expect: Type.Array(
    text('expectation', 'metric[.statistic], an operator and a value', [
      'dht.lookup.success >= 0.99',
      'prober.rtt.p50 <= 200ms',
    ]),
    { default: [], description: 'what the metrics must satisfy for the run to pass' },
  ),
};

export const scenarioSchema = Type.Unsafe<Static<ReturnType<typeof mapping<typeof keys>>>>({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Petri scenario',
  ...mapping('One experiment on a testbed', keys),
});

/** A scenario as people write it, checked, with the defaults that do not depend on other keys filled in. */
export type ScenarioDocument = Static<typeof scenarioSchema>;
export type SliceDocument = Static<typeof slice>;
export type FaultDocument = Static<typeof faultSchema>;

/** The text of `scenario.schema.json`. */
export const schemaText = (): string => `${JSON.stringify(scenarioSchema, null, 2)}\n`;
