// What a traced host did: one record for each thing that happened to it.
import type { Nanoseconds } from '../../sim/time.ts';
import type { TraceKind } from './realm/machine.ts';

export interface TraceRecord {
  readonly time: Nanoseconds;
  readonly host: number;
  readonly kind: TraceKind;
  /** In words: both ends and the size of a datagram, for instance. */
  readonly text: string;
}

export type Tracer = (record: TraceRecord) => void;
