// Units: how finely each is counted, and in which one people read it.

/** The unit in which an instrument's values are given. */
export type Unit = 'ns' | 'ratio' | 'hops' | 'bytes' | 'count';

/** The unit in which people and files read a value: nanoseconds are shown in milliseconds. */
export type ShownUnit = 'ms' | 'ratio' | 'hops' | 'bytes' | 'count';

export interface Scale {
  /** Ticks of a histogram in one unit; a power of two, so that a whole number stays exact. */
  readonly ticks: number;
  readonly shown: ShownUnit;
  /** How many of the unit make one shown unit. */
  readonly perShown: number;
}

/**
 * A histogram holds up to 2^53 ticks, so finer ticks mean a lower limit. Nanoseconds and bytes are whole already
 * (limits: 104 days, 9 PB); hops and counts may be averages (9e12); a ratio may be a loss rate of one in a million.
 */
export const SCALES: Readonly<Record<Unit, Scale>> = {
  ns: { ticks: 1, shown: 'ms', perShown: 1e6 },
  ratio: { ticks: 2 ** 30, shown: 'ratio', perShown: 1 },
  hops: { ticks: 2 ** 10, shown: 'hops', perShown: 1 },
  bytes: { ticks: 1, shown: 'bytes', perShown: 1 },
  count: { ticks: 2 ** 10, shown: 'count', perShown: 1 },
};

export const isUnit = (text: unknown): text is Unit =>
  typeof text === 'string' && Object.hasOwn(SCALES, text);
