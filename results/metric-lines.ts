// Metrics from the output of programs: lines of JSON such as `{"metric":"rtt","value":78113042,"unit":"ns"}`.
import type { Meter } from './recorder.ts';
import { isUnit, type Unit } from './unit.ts';

/** One observation as a program prints it. A counter's has the unit `count`, and its value is what was added. */
interface Observation {
  readonly metric: string;
  readonly value: number;
  readonly unit: Unit;
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
  const { metric, value, unit = 'count' } = data as Record<string, unknown>;
  const named = typeof metric === 'string' && /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(metric);
  if (!named || typeof value !== 'number' || !(value >= 0 && value < Infinity) || !isUnit(unit))
    return undefined;
  return { metric, value, unit };
}

/** Records what a slice's programs print. */
export class MetricLines {
  private readonly meter: Meter;
  private readonly units = new Map<string, Unit>();

  constructor(meter: Meter) {
    this.meter = meter;
  }

  /**
   * A metric keeps the unit under which it first came; what comes under another is not recorded.
   * @returns whether the line was an observation, and was recorded
   */
  take(line: string): boolean {
    const observation = readObservation(line);
    if (!observation) return false;
    const { metric, value, unit } = observation;
    const known = this.units.get(metric) ?? unit;
    if (known !== unit) return false;
    this.units.set(metric, unit);
    if (unit === 'count') this.meter.counter(metric).add(value);
    else this.meter.distribution(metric, unit).record(value);
    return true;
  }
}
