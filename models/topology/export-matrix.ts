// Writes a topology as the CSV matrix that import-matrix.ts reads.
import { stringify } from 'csv-stringify/sync';
import { MILLISECOND } from '../../sim/time.ts';
import type { Topology } from './topology.ts';

/**
 * A square matrix of round-trip times in milliseconds, to the nanosecond, under a header of site names, each row begun by
 * its own; diagonal 0. The matrix tells neither the nodes of a site nor the delay inside one, nor a path's two directions
 * apart. Imported again, every round trip is the same nanosecond, given that none is 0.
 */
export function matrixCsv(topology: Topology): string {
  const { sites, paths } = topology;
  const row = (from: number): string[] =>
    sites.map((_, to) => {
      if (to === from) return '0';
      return ((paths.delay(from, to) + paths.delay(to, from)) / MILLISECOND).toFixed(6);
    });
  const names = sites.map(site => site.name);
  return stringify([['', ...names], ...names.map((name, index) => [name, ...row(index)])]);
}
