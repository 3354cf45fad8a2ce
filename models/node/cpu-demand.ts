// What slivers want of the CPU in the course of time: steady, as PlanetLab's did, from a trace, or by a shape.
import { flashCrowd, type Intensity, sinusoid } from '../../protocols/traffic/intensity.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { DAY, type Nanoseconds } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import { drawSpan } from '../faults/span.ts';
import type { Site } from '../topology/site.ts';
import { type CpuSamples, CpuTraceError, readCpuTrace } from './cpu-trace.ts';
import type { CpuDemandSpec } from './spec.ts';

/** One sliver's want, step by step. */
export interface CpuDemand {
  /** Steps of one length are samples: what the sliver got in one is a measurement. */
  readonly sampled: boolean;
  /** Begins the step at `now`. @returns cores that are wanted during it */
  step(now: Nanoseconds): number;
  /** When the step ends that was begun last; Infinity: never. */
  readonly until: Nanoseconds;
}

/** Whose demand it is. */
export interface Demander {
  readonly slice: string;
  /** `slice@node` */
  readonly name: string;
  readonly site: Site;
}

/**
 * The demands of a slice's slivers.
 * @param cores of a node, of which PlanetLab's samples and traces are percentages
 * @throws {TestbedError} where a trace cannot be read, or holds fewer hosts than there are slivers
 */
export function cpuDemandsOf(
  spec: CpuDemandSpec,
  slivers: readonly Demander[],
  cores: number,
  seed: string,
): CpuDemand[] {
  const own = (sliver: Demander) => stream(seed, sliver.name, 'cpu');
  switch (spec.kind) {
    case 'constant':
      return slivers.map(() => new Steady(spec.cores));
    case 'planetlab':
      return slivers.map(sliver => new LikePlanetLab(own(sliver), cores, spec.every));
    case 'trace': {
      const slice = slivers[0].slice;
      const hosts = readTraceFor(slice, spec.trace, slivers.length);
      stream(seed, 'cpu-trace', slice).shuffle(hosts);
      return slivers.map((_, index) => new Replay(hosts[index], cores, spec.every));
    }
    case 'on-off':
      return slivers.map(sliver => new OnOff(spec, own(sliver)));
    case 'diurnal': {
      const course = sinusoid({ day: DAY, peak: spec.peak, swing: spec.swing });
      return slivers.map(({ site }) => new Shaped(spec.cores, course, spec.every, solarOffset(site)));
    }
    case 'crowd':
      return slivers.map(() => new Shaped(spec.cores, flashCrowd(spec), spec.every, 0));
  }
}

/** How far the sun is ahead of Greenwich. */
const solarOffset = ({ coordinates }: Site): Nanoseconds => ((coordinates?.longitude ?? 0) / 360) * DAY;

/**
 * @param slivers how many want a host each
 * @throws {TestbedError} where the trace cannot be read, or holds fewer hosts
 */
export function readTraceFor(slice: string, file: string, slivers: number): CpuSamples[] {
  const path = ['slices', slice, 'demand', 'cpu', 'trace'];
  let hosts: CpuSamples[];
  try {
    hosts = readCpuTrace(file);
  } catch (error) {
    if (!(error instanceof CpuTraceError)) throw error;
    throw new TestbedError(path, error.message, 'a trace of CPU use');
  }
  if (hosts.length >= slivers) return hosts;
  const found = `${hosts.length} hosts for ${slivers} slivers`;
  throw new TestbedError(path, found, 'at least one host of the trace for each sliver: place fewer');
}

class Steady implements CpuDemand {
  readonly sampled = false;
  readonly until = Infinity;
  private readonly cores: number;

  constructor(cores: number) {
    this.cores = cores;
  }

  step(): number {
    return this.cores;
  }
}

/** Fitted to six days of PlanetLab in March and April 2011 (see docs/machines.md). */
const PLANETLAB = {
  /** A sliver's level in percent, lognormal. */
  median: 7.1,
  sigma: 0.95,
  /** Coefficient of variation of its samples at the level `typical`, and how it falls with the level. */
  variation: 1,
  typical: 6.7,
  falls: 0.4,
  /** Spread of that coefficient among slivers of one level: sigma of its logarithm. */
  spread: 0.4,
  /** Of two samples in a row. */
  correlation: 0.05,
} as const;

/**
 * As slivers of PlanetLab: each has a level for good, around which its samples are lognormal and nearly white; the busier,
 * the steadier. No sample is above 100 %.
 */
class LikePlanetLab implements CpuDemand {
  readonly sampled = true;
  until: Nanoseconds = 0;
  private readonly random: RandomStream;
  private readonly cores: number;
  private readonly every: Nanoseconds;
  private readonly mu: number;
  private readonly sigma: number;
  private state: number;

  constructor(random: RandomStream, cores: number, every: Nanoseconds) {
    const { median, sigma, variation, typical, falls, spread } = PLANETLAB;
    this.random = random;
    this.cores = cores;
    this.every = every;
    const level = Math.min(95, random.lognormal(Math.log(median), sigma));
    const deviation = variation * (level / typical) ** -falls * random.lognormal(0, spread);
    const variance = Math.log(1 + deviation ** 2);
    this.mu = Math.log(level) - variance / 2;
    this.sigma = Math.sqrt(variance);
    this.state = random.normal(0, 1);
  }

  step(now: Nanoseconds): number {
    const { correlation } = PLANETLAB;
    this.until = now + this.every;
    this.state = correlation * this.state + this.random.normal(0, Math.sqrt(1 - correlation ** 2));
    return (Math.min(100, Math.exp(this.mu + this.sigma * this.state)) / 100) * this.cores;
  }
}

/** As the trace has it at this time of the run; after its end, from the beginning. */
class Replay implements CpuDemand {
  readonly sampled = true;
  until: Nanoseconds = 0;
  private readonly samples: CpuSamples;
  private readonly cores: number;
  private readonly every: Nanoseconds;

  constructor(samples: CpuSamples, cores: number, every: Nanoseconds) {
    this.samples = samples;
    this.cores = cores;
    this.every = every;
  }

  step(now: Nanoseconds): number {
    const index = Math.floor(now / this.every);
    this.until = (index + 1) * this.every;
    return (this.samples[index % this.samples.length] / 100) * this.cores;
  }
}

/** Off to begin with, for a part of an off period. */
class OnOff implements CpuDemand {
  readonly sampled = false;
  until: Nanoseconds = 0;
  private readonly spec: Extract<CpuDemandSpec, { kind: 'on-off' }>;
  private readonly random: RandomStream;
  private on = true;

  constructor(spec: Extract<CpuDemandSpec, { kind: 'on-off' }>, random: RandomStream) {
    this.spec = spec;
    this.random = random;
  }

  step(now: Nanoseconds): number {
    const first = this.until === 0;
    this.on = !this.on;
    const span = drawSpan(this.on ? this.spec.on : this.spec.off, this.random);
    this.until = now + Math.max(1, Math.round(first ? span * this.random.uniform() : span));
    return this.on ? this.spec.cores : 0;
  }
}

/** By a rate that varies in time, taken in the middle of each step. */
class Shaped implements CpuDemand {
  readonly sampled = true;
  until: Nanoseconds = 0;
  private readonly cores: number;
  private readonly intensity: Intensity;
  private readonly every: Nanoseconds;
  private readonly offset: Nanoseconds;

  constructor(cores: number, intensity: Intensity, every: Nanoseconds, offset: Nanoseconds) {
    this.cores = cores;
    this.intensity = intensity;
    this.every = every;
    this.offset = offset;
  }

  step(now: Nanoseconds): number {
    this.until = now + this.every;
    return this.cores * this.intensity.at(now + this.offset + this.every / 2);
  }
}
