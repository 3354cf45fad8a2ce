// Routes of paths of which nothing but the delay is known, as measured ones: how many routers may stand on them, and where.
import { MILLISECOND, type Nanoseconds } from '../../sim/time.ts';
import type { Paths, Routes } from '../topology/topology.ts';

/** A router at each end of a path. */
const BORDERS = 2;
/** One more for each begun span of this one-way delay. */
const SPAN: Nanoseconds = 5 * MILLISECOND;
/** As many as traceroute looks for by default. */
const MOST = 30;

/**
 * A router at the border of either site, one more for each 5 ms of one-way delay begun, at most 30, and all at equal
 * distances. Path lengths follow delay but loosely; this gives their order of magnitude: from Los Angeles, 90 % of American
 * hosts were reached within 18 hops and 153 ms of round trip, which here make 18 (Fei, Pei, Liu and Zhang, "Measurements
 * on Delay and Hop-Count of the Internet", GLOBECOM 1998).
 */
export class DelayRoutes implements Routes {
  private readonly paths: Paths;

  constructor(paths: Paths) {
    this.paths = paths;
  }

  hops(from: number, to: number): number {
    if (from === to) return 0;
    return Math.min(MOST, BORDERS + Math.ceil(this.paths.delay(from, to) / SPAN));
  }

  delayTo(from: number, to: number, hop: number): Nanoseconds {
    return Math.round((this.paths.delay(from, to) * hop) / (this.hops(from, to) + 1));
  }
}
