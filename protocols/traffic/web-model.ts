// What a user of the Web asks for, and when: P. Barford, M. Crovella, "Generating Representative Web Workloads for Network
// and Server Performance Evaluation", SIGMETRICS 1998, whose generator is called SURGE.
import { boundedPareto, lognormal, pareto, weibull } from '../draws.ts';
import type { Nanoseconds } from '../port.ts';

/** File sizes: a lognormal body, and for the rest, from where that ends, a Pareto tail. */
export const BODY = { share: 0.93, mean: 9.357, deviation: 1.318, most: 133_000 } as const;
export const TAIL = { shape: 1.1 } as const;

/** Files that a page embeds beside itself. */
export const EMBEDDED = { shape: 2.43, least: 1 } as const;

const THINK_SHAPE = 1.5;
const PAUSE_SHAPE = 0.382;

/** More files than this a page does not have, so that one page ends. */
const MOST_FILES = 1000;

export class WebModel {
  private readonly random: () => number;
  private readonly options: { think: Nanoseconds; pause: Nanoseconds; largest: number };

  constructor(random: () => number, options: { think: Nanoseconds; pause: Nanoseconds; largest: number }) {
    this.random = random;
    this.options = options;
  }

  /** Of a file, in bytes. */
  size(): number {
    const { random } = this;
    if (random() >= BODY.share)
      return Math.ceil(boundedPareto(random, TAIL.shape, BODY.most, this.options.largest));
    let size: number;
    do size = lognormal(random, BODY.mean, BODY.deviation);
    while (size > BODY.most);
    return Math.ceil(size);
  }

  /** Files of a page, with the page itself: at least two. */
  files(): number {
    const embedded = Math.floor(pareto(this.random, EMBEDDED.shape, EMBEDDED.least));
    return 1 + Math.min(embedded, MOST_FILES);
  }

  /** Between two pages ("inactive off"). */
  think(): Nanoseconds {
    return Math.round(pareto(this.random, THINK_SHAPE, this.options.think));
  }

  /** Between two files of a page ("active off"). */
  pause(): Nanoseconds {
    return Math.round(weibull(this.random, PAUSE_SHAPE, this.options.pause));
  }
}
