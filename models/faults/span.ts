// Spans of faults: always the same, or drawn anew each time.
import { always, draw, type Law } from '../../sim/law.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Span } from './spec.ts';

/** Whole nanoseconds, at least 1 where the span is drawn. A span that is always the same draws nothing. */
export function drawSpan(span: Span, random: RandomStream): Nanoseconds {
  return typeof span === 'number' ? span : Math.max(1, Math.round(draw(span, random)));
}

export const lawOf = (span: Span): Law => (typeof span === 'number' ? always(span) : span);
