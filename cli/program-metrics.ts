// What the programs of slices print and how they end, as metrics of their slices.
import type { Slivers } from '../models/slivers.ts';
import { MetricLines } from '../results/metric-lines.ts';
import type { Meter } from '../results/recorder.ts';

export class ProgramMetrics {
  private readonly meters: ReadonlyMap<string, Meter>;
  private readonly lines: ReadonlyMap<string, MetricLines>;
  private readonly slices: readonly string[];

  /** @param meters gives each slice the meter under whose prefix it reports */
  constructor({ specs }: Slivers, meters: (prefix: string) => Meter) {
    this.slices = specs.map(({ name }) => name);
    this.meters = new Map(this.slices.map(name => [name, meters(name)]));
    this.lines = new Map([...this.meters].map(([name, meter]) => [name, new MetricLines(meter)]));
  }

  /** @returns whether the line was an observation, and was recorded */
  take(host: number, line: string): boolean {
    return this.lines.get(this.slices[host])!.take(line);
  }

  /** A program has ended, though neither a fault nor the end of the run has ended it. @param well by itself, with status 0 */
  ended(host: number, well: boolean): void {
    this.meters
      .get(this.slices[host])!
      .counter(well ? 'exits.well' : 'exits.failed')
      .add();
  }
}
