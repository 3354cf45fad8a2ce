// A run's time series apart from its recorder: as plain data, which can cross from one thread to another.
import type { Kind } from './instruments.ts';
import type { Series, SeriesRow } from './recorder.ts';
import type { ShownUnit } from './unit.ts';

/** Where the files of a run take its time series from. */
export interface TimeSeries {
  /** The end of the warm-up in seconds; the start of the run where there was none. */
  readonly measuredFrom: number;
  series(): readonly Series[];
}

export interface SeriesData {
  readonly measuredFrom: number;
  readonly series: readonly {
    readonly name: string;
    readonly kind: Kind;
    readonly unit: ShownUnit;
    readonly rows: readonly SeriesRow[];
  }[];
}

export const seriesData = (from: TimeSeries): SeriesData => ({
  measuredFrom: from.measuredFrom,
  series: from.series().map(({ name, kind, unit, rows }) => ({ name, kind, unit, rows: [...rows()] })),
});

export const seriesOf = ({ measuredFrom, series }: SeriesData): TimeSeries => ({
  measuredFrom,
  series: () => series.map(({ rows, ...one }) => ({ ...one, rows: () => rows })),
});
