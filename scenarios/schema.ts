// The schema of a scenario as people write it: the one source of the document's type and of the JSON Schema.
import Type, { type Static } from 'typebox';
import { bordersSchema, transportSchema } from './border-schema.ts';
import { demandSchema, machineCaps } from './machines-schema.ts';
import { network } from './network-schema.ts';
import { admissionSchema, placeSchema } from './place-schema.ts';
import { run } from './run-schema.ts';
import { duration, file, law, mapping, oneOfForms, quantity, text } from './schema-parts.ts';
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

const caps = mapping(
  'what a sliver may use',
  {
    uplink: quantity('rate', 'token bucket: rate of what a sliver sends', { default: 'unlimited' }),
    burst: quantity('size', 'token bucket: bytes that may leave at once', { default: '15KB', minimum: 1 }),
    queue: duration('how long a message may wait for tokens before it is dropped', { default: '1s' }),
    share: optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1e6,
        description:
          "where slivers share their node's uplink: weight among those that send; 1 where left out",
      }),
    ),
    reserve: optional(
      quantity('rate', "where slivers share their node's uplink: rate that is always the sliver's own", {
        maximum: 1e15,
      }),
    ),
    daily: optional(
      quantity('size', 'bytes a day; past nine tenths of them the sliver is throttled', { minimum: 1 }),
    ),
    cpu: optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1024,
        description:
          'in emulate, and where machines are modelled: cores that a sliver may use, such as 0.25; no limit where left out',
      }),
    ),
    memory: optional(
      quantity(
        'size',
        'in emulate: memory that a program may use; no limit where left out. Where machines set memory aside: how much for a sliver',
        { minimum: 2 ** 20 },
      ),
    ),
    raw: optional(
      Type.Boolean({
        description:
          'whether it may open raw sockets, to forge packets and read those of others; it may where left out',
        errorMessage: 'true or false',
      }),
    ),
    ...machineCaps,
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
  place: placeSchema,
  caps,
  clock,
  transport: transportSchema,
  demand: demandSchema,
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
    'class contributed',
    '2 sites',
    '1 power group',
    'all',
  ]);
const at = law('duration', 'when, from the start of the run');
const positive = { minimum: 1 };
const span = (description: string) => optional(law('duration', description, positive));
const recurring = {
  at: optional(at),
  every: span('again and again, for the first time so long after at, or after the start of the run'),
};
const begin = duration('from when on, from the start of the run', { default: '0s' });
const faultSchema = oneOfForms('something that goes wrong, or is put right, at a time', {
  crash: mapping('nodes crash', {
    ...recurring,
    crash: nodes('the nodes that crash'),
    over: duration('at random times over this span', { default: '0s' }),
    restart: span('each restarts so long after its crash; never where left out'),
  }),
  churn: mapping('nodes come and go as long as the run lasts', {
    at: begin,
    churn: nodes('the nodes that come and go'),
    like: optional(
      Type.Unsafe<'low' | 'high'>({
        enum: ['low', 'high'],
        description: "low: as PlanetLab's nodes did; high: as hosts of a peer-to-peer network did",
      }),
    ),
    up: span('how long a node is up'),
    down: span('how long a node is down'),
    daily: optional(
      quantity('fraction', "swing of the day's cycle; none where left out, but for like: high", { below: 1 }),
    ),
    trace: optional(file('a trace of availability in AVT form, plain or gzip')),
  }),
  partition: mapping('the network falls apart', {
    ...recurring,
    partition: text(
      'partition',
      'groups separated by |, that do not reach each other; or two separated by >, the first of which does not reach the second',
      ['region europe | rest', 'region europe > rest'],
    ),
    heal: span('so long after; never where left out'),
  }),
  slow: mapping('access links limp', {
    ...recurring,
    slow: nodes('the nodes whose access links limp'),
    rate: optional(quantity('rate', 'the links fall to this rate', { maximum: 1e15 })),
    delay: optional(duration('the links gain this one-way delay', positive)),
    for: span('for so long; to the end where left out'),
  }),
  flap: mapping('access links come and go', {
    ...recurring,
    flap: nodes('the nodes whose access links come and go'),
    up: law('duration', 'how long a link carries', positive),
    down: law('duration', 'how long a link loses everything', positive),
    for: span('for so long; to the end where left out'),
  }),
  pause: mapping('nodes stand still', {
    ...recurring,
    pause: nodes('the nodes that neither run nor answer, while what arrives waits'),
    for: span('for so long; to the end where left out'),
  }),
  clock: mapping('clocks jump', {
    ...recurring,
    clock: nodes('the nodes whose clocks jump'),
    by: quantity('shift', 'so far forward, or, with a minus, back'),
  }),
  lossy: mapping('access links lose messages', {
    ...recurring,
    lossy: nodes('the nodes whose access links lose messages'),
    rate: quantity('fraction', 'fraction of messages lost in each direction'),
    for: span('for so long; to the end where left out'),
  }),
  limp: mapping('nodes work at a fraction of their speed, where machines are modelled', {
    ...recurring,
    limp: nodes('the nodes that limp'),
    cpu: optional(quantity('fraction', 'what is left of the speed of their CPU', { minimum: 1e-6 })),
    disk: optional(quantity('fraction', 'what is left of the speed of their disk', { minimum: 1e-6 })),
    for: span('for so long; to the end where left out'),
  }),
  disk: mapping('disks fail, where machines are modelled', {
    ...recurring,
    disk: nodes('the nodes whose disks fail: they go down, and their slivers lose what they kept'),
    repair: span('each comes back with another disk so long after; never where left out'),
  }),
  restart: mapping('nodes start again', { ...recurring, restart: nodes('the nodes that start again') }),
});

const groups = Type.Unsafe<Record<string, { of: 'sites' | 'nodes'; into: number }>>({
  type: 'object',
  propertyNames: { pattern: NAME_PATTERN },
  additionalProperties: mapping('a kind of group, to which nodes are dealt at random', {
    of: Type.Unsafe<'sites' | 'nodes'>({
      enum: ['sites', 'nodes'],
      default: 'nodes',
      description: 'whether each node is dealt by itself, or all nodes of a site together',
    }),
    into: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'how many groups' }),
  }),
  description:
    'groups of nodes that share a fate, by the name of their kind: power supplies, turns in an upgrade',
  errorMessage: 'a mapping such as { power: { of: sites, into: 40 } }',
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

/** Designs that one scenario compares. What each changes is checked where it is laid over the document. */
const variantsSchema = Type.Unsafe<Record<string, Record<string, unknown>>>({
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: NAME_PATTERN },
  additionalProperties: {
    type: 'object',
    description: 'what the variant changes: values by the paths of their keys, as after --set',
    errorMessage: 'a mapping from paths of keys to values, such as { network.loss: 1% }, or {}',
    examples: [{ 'network.loss': '1%' }],
  },
  description: 'the designs to run side by side, by their names, each as what it changes',
  errorMessage: 'at least one variant, by its name',
});

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
  groups: optional(groups),
  admission: optional(admissionSchema),
  borders: optional(bordersSchema),
  ...subsystemSchemas,
  faults: Type.Array(faultSchema, { default: [], description: 'faults, in any order' }),
  variants: optional(variantsSchema),
  expect: Type.Array(
    text('expectation', 'metric[.statistic], an operator and a value', [
      'dht.lookup.success >= 0.99',
      'prober.rtt.p50 <= 200ms',
      'push/dht.sent <= 0.5 * poll/dht.sent',
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
