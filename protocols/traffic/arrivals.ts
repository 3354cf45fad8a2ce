// When a host sends: processes of arrivals in time.
import { exponential, pareto } from '../draws.ts';
import type { Nanoseconds } from '../port.ts';
import { flashCrowd, type Intensity, sinusoid, steady, stepwise } from './intensity.ts';
import type { TrafficOptions } from './options.ts';

/** A process in time. */
export interface Arrivals {
  /** Nanoseconds, an integer >= 0, from one arrival until the next. @param at when that one was, since the start */
  after(at: Nanoseconds): Nanoseconds;
}

/** A Poisson process, its rate that of the mean pause `every` times the intensity. */
export class PoissonArrivals implements Arrivals {
  private readonly random: () => number;
  private readonly every: Nanoseconds;
  private readonly intensity: Intensity;

  constructor(random: () => number, every: Nanoseconds, intensity: Intensity = steady) {
    this.random = random;
    this.every = every;
    this.intensity = intensity;
  }

  /** By thinning: P. Lewis, G. Shedler, "Simulation of Nonhomogeneous Poisson Processes by Thinning", 1979. */
  after(at: Nanoseconds): Nanoseconds {
    const { most } = this.intensity;
    let time = at;
    do time += exponential(this.random, this.every / most);
    while (this.random() * most >= this.intensity.at(time));
    return Math.round(time - at);
  }
}

/** Draws the lengths of on or off periods of a mean. */
export type Periods = (mean: Nanoseconds) => Nanoseconds;

/**
 * Sends at a constant rate in on periods, and not in off periods: W. Willinger, M. Taqqu, R. Sherman, D. Wilson,
 * "Self-Similarity Through High-Variability: Statistical Analysis of Ethernet LAN Traffic at the Source Level", IEEE/ACM
 * Transactions on Networking 5(1), 1997.
 */
export class OnOffArrivals implements Arrivals {
  private readonly random: () => number;
  private readonly every: Nanoseconds;
  private readonly on: Nanoseconds;
  private readonly off: Nanoseconds;
  private readonly draw: Periods;
  /** The end of the on period that is, or was last. Undefined before the start. */
  private ends: Nanoseconds | undefined;

  constructor(
    random: () => number,
    every: Nanoseconds,
    { on, off }: { on: Nanoseconds; off: Nanoseconds },
    draw: Periods,
  ) {
    this.random = random;
    this.every = every;
    this.on = on;
    this.off = off;
    this.draw = draw;
  }

  after(at: Nanoseconds): Nanoseconds {
    let ends = this.ends ?? this.first(at);
    let time = this.ends === undefined ? at + this.phase() : at + this.every;
    while (time > ends) {
      const begins = ends + this.draw(this.off);
      ends = begins + this.draw(this.on);
      time = begins + this.phase();
    }
    this.ends = ends;
    return Math.round(time - at);
  }

  /** A period has on / every arrivals on average if the first one comes anywhere in its first interval. */
  private phase(): Nanoseconds {
    return this.random() * this.every;
  }

  /** A host is on at its start as often as it is on at all. */
  private first(at: Nanoseconds): Nanoseconds {
    const isOn = this.random() * (this.on + this.off) < this.on;
    return isOn ? at + this.draw(this.on) : at;
  }
}

/** Pareto periods, the sum of which over many hosts has the Hurst parameter H (Willinger et al., 1997, theorem 1). */
export const paretoPeriods = (random: () => number, hurst: number): Periods => {
  const shape = 3 - 2 * hurst;
  return mean => pareto(random, shape, (mean * (shape - 1)) / shape);
};

/** The process of a pattern. Undefined where the pattern is none in time, or nothing is ever to be sent. */
export function arrivalsOf(random: () => number, options: TrafficOptions): Arrivals | undefined {
  const { every, onOff, diurnal, crowd, series } = options;
  switch (options.pattern) {
    case 'poisson':
      return new PoissonArrivals(random, every);
    case 'diurnal':
      return new PoissonArrivals(random, every, sinusoid(diurnal));
    case 'flash-crowd':
      return new PoissonArrivals(random, every, flashCrowd(crowd));
    case 'series': {
      const intensity = stepwise(series.counts, series.step);
      return intensity.most > 0 ? new PoissonArrivals(random, series.step, intensity) : undefined;
    }
    case 'on-off': {
      const memoryless: Periods = mean => exponential(random, mean);
      const draw = onOff.periods === 'pareto' ? paretoPeriods(random, onOff.hurst) : memoryless;
      return new OnOffArrivals(random, every, onOff, draw);
    }
    default:
      return undefined;
  }
}
