// Metrics from the output of programs: lines of JSON such as `{"metric":"rtt","value":78113042,"unit":"ns"}`.
import type { Meter } from './recorder.ts';
import { isUnit, type Unit } from './unit.ts';

/**
 * One observation as a program prints it. A counter's has the unit `count`, and its value is what was added; a
 * distribution of counts says that it is one.
 */
interface Observation {
  readonly metric: string;
  readonly value: number;
  readonly unit: Unit;
  readonly counts: boolean;
}

/** @returns undefined for a line that is no observation, whatever else it is */
function readObservation(line: string): Observation | undefined {
  // Nearly every other line ends here, unparsed.
  if (!line.startsWith('{') || !line.includes('"metric"')) return undefined;
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { metric, value, unit = 'count', kind } = data as Record<string, unknown>;
  const named = typeof metric === 'string' && /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(metric);
  if (!named || typeof value !== 'number' || !(value >= 0 && value < Infinity) || !isUnit(unit))
    return undefined;
  return { metric, value, unit, counts: unit === 'count' && kind !== 'distribution' };
}

/** Records what a slice's programs print. */
export class MetricLines {
  private readonly meter: Meter;
  /** By metric, the kind of instrument and its unit. */
  private readonly known = new Map<string, string>();

  constructor(meter: Meter) {
    this.meter = meter;
  }

  /**
   * A metric keeps the kind and unit under which it first came; what comes under another is not recorded.
   * @returns whether the line was an observation, and was recorded
   */
  take(line: string): boolean {
    const observation = readObservation(line);
    if (!observation) return false;
    const { metric, value, unit, counts } = observation;
    const kind = counts ? 'counter' : unit;
    if ((this.known.get(metric) ?? kind) !== kind) return false;
    this.known.set(metric, kind);
    if (counts) this.meter.counter(metric).add(value);
    else this.meter.distribution(metric, unit).record(value);
    return true;
  }
}
