// The schemas of machines: what a node is, and what slices ask of it.
import Type, { type Static } from 'typebox';
import { type NodeOs, osProfiles } from '../models/node/profiles.ts';
import { duration, file, law, mapping, oneOfForms, quantity } from './schema-parts.ts';

const optional = Type.Optional;
const positive = { minimum: 1 };
const MOST_CORES = 1024;

const cores = (description: string, preset?: number) =>
  Type.Number({
    exclusiveMinimum: 0,
    maximum: MOST_CORES,
    description,
    errorMessage: `a number of cores above 0, at most ${MOST_CORES}`,
    ...(preset === undefined ? {} : { default: preset }),
  });
const oneOf = <T extends string>(values: readonly T[], description: string, preset: T) =>
  Type.Unsafe<T>({ enum: [...values], default: preset, description });

export const machinesSchema = mapping('what a node is, where slices are to feel that they share it', {
  cores: cores('processor cores of a node', 1),
  sharing: oneOf(
    ['shares', 'reservations'],
    'shares: reserves first, the rest by shares; reservations: each sliver its own, and whose does not fit is refused',
    'shares',
  ),
  memory: quantity('size', 'memory of a node', { default: '1GB', minimum: 1 }),
  swap: quantity('size', 'its swap; at 90 % of it the largest user of memory is reset', { default: '1GB' }),
  disk: mapping(
    'its disk',
    {
      size: quantity('size', 'how much it holds', { default: '160GB', minimum: 1 }),
      rate: quantity('size', 'how much it reads in a second', { default: '50MB', minimum: 1 }),
      failure: optional(law('duration', 'how long a disk lives; for ever where left out', positive)),
      repair: law('duration', 'until another is in its place', { ...positive, default: 'exponential 3d' }),
    },
    { default: {} },
  ),
  os: oneOf(Object.keys(osProfiles) as NodeOs[], 'what keeps slivers apart', 'vserver'),
  profile: mapping(
    "what is to be otherwise than the os has it; each key's default is that of the os",
    {
      start: optional(duration('how long a sliver takes to start', positive)),
      memory: optional(quantity('size', 'memory that a sliver takes beside what its programs use')),
      image: optional(quantity('size', 'disk that a sliver takes beside its data')),
      allotment: optional(quantity('size', 'memory that is set aside for a sliver', { minimum: 1 })),
      packet: optional(duration('CPU time for a message that a sliver receives, beside work')),
      overhead: optional(quantity('fraction', 'CPU that is lost', { below: 1 })),
      leak: optional(quantity('fraction', "how far a neighbour's overload reaches a sliver")),
    },
    { default: {} },
  ),
  work: duration('CPU time that a sliver takes for a message that it receives', { default: '0s' }),
});

const everyStep = duration('time between two samples', { default: '5m', minimum: 1e6 });
const cpu = oneOfForms('CPU that a sliver wants', {
  cores: mapping('always the same', { cores: cores('cores, or processes that would run without rest') }),
  like: mapping("as PlanetLab's slivers did", {
    like: Type.Unsafe<'planetlab'>({ enum: ['planetlab'], description: 'whose demand is like this' }),
    every: everyStep,
  }),
  trace: mapping('as a trace has it', {
    trace: file("CSV, plain or gzip: a host a row, its name and its samples in percent of a node's CPU"),
    every: everyStep,
  }),
  onOff: mapping('by turns', {
    onOff: mapping('all or nothing, by turns', {
      cores: cores('cores while it is on'),
      on: law('duration', 'how long it is on', positive),
      off: law('duration', 'how long it is off', positive),
    }),
  }),
  diurnal: mapping('by day and night', {
    diurnal: mapping("over a day of the sun at the node's site", {
      cores: cores('cores in the mean of a day'),
      swing: quantity('fraction', 'by what share of that it rises and falls', { default: '80%' }),
      peak: duration('the time of the day when it is highest', { default: '14h' }),
      every: everyStep,
    }),
  }),
  crowd: mapping('a crowd that comes once', {
    crowd: mapping('up, a while, and down again', {
      cores: cores('cores before'),
      times: Type.Number({ minimum: 1, maximum: 10_000, default: 20, description: 'by what it multiplies' }),
      at: duration('when the crowd comes, from the start of the run'),
      rise: duration('how long it rises', { default: '30s' }),
      hold: duration('how long it is highest', { default: '2m' }),
      decay: duration('in what time it falls by a factor of e', { default: '5m', minimum: 1 }),
      every: duration('time between two samples', { default: '10s', minimum: 1e6 }),
    }),
  }),
});

const growth = (description: string) =>
  optional(
    mapping(description, {
      level: law('size', 'how much at first, drawn once for each sliver', { default: '0B' }),
      hourly: quantity('size', 'how much more in each hour that it runs', { default: '0B' }),
    }),
  );

export const demandSchema = optional(
  mapping("what a sliver's programs ask of its node, where machines are modelled", {
    cpu: optional(cpu),
    jobs: optional(
      mapping('pieces of work that come to a sliver and share its CPU', {
        every: law('duration', 'time between two of them', positive),
        work: law('duration', 'CPU time of one', positive),
        read: optional(law('size', "how much one reads from the node's disk before", { minimum: 1 })),
      }),
    ),
    memory: growth('memory that its programs use'),
    disk: growth('data that it keeps on the disk'),
  }),
);

/** The keys of `caps` that concern machines. */
export const machineCaps = {
  cpuShare: optional(
    Type.Number({
      minimum: 0.001,
      maximum: 1e6,
      description:
        'where machines share CPU: weight among those that want more than there is; 1 where left out',
    }),
  ),
  cpuReserve: optional(cores("where machines are modelled: cores that are always the sliver's own")),
  disk: optional(
    quantity('size', 'where machines are modelled: data that a sliver may keep; 10GB where left out', {
      minimum: 1,
    }),
  ),
};

export type MachinesDocument = Static<typeof machinesSchema>;
export type DemandDocument = NonNullable<Static<typeof demandSchema>>;
