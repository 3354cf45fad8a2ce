// Admission: how many slivers a node and a site hold at most, and how many a slice may have.
import { TestbedError } from '../error.ts';
import type { Nodes } from '../node/nodes.ts';
import type { SliceSpec } from './spec.ts';

/** Maxima, each >= 1; none where left out. */
export interface AdmissionSpec {
  readonly perNode?: number;
  readonly perSite?: number;
  readonly perSlice?: number;
}

/** What slivers take of the places that nodes and sites have for them. */
export class Room {
  private readonly spec: AdmissionSpec;
  private readonly siteOf: Int32Array;
  private readonly atNode: Int32Array;
  private readonly atSite: Int32Array;

  constructor(spec: AdmissionSpec, nodes: Nodes) {
    this.spec = spec;
    this.siteOf = nodes.siteOf;
    this.atNode = new Int32Array(nodes.count);
    this.atSite = new Int32Array(nodes.sites.length);
  }

  /** Whether a node and its site have a place for one more. */
  fits(node: number): boolean {
    return this.lacking(node) === undefined;
  }

  /** The maximum that one more on a node would break. */
  lacking(node: number): 'perNode' | 'perSite' | undefined {
    const { perNode = Infinity, perSite = Infinity } = this.spec;
    if (this.atNode[node] >= perNode) return 'perNode';
    return this.atSite[this.siteOf[node]] >= perSite ? 'perSite' : undefined;
  }

  take(node: number): void {
    this.atNode[node]++;
    this.atSite[this.siteOf[node]]++;
  }

  give(node: number): void {
    this.atNode[node]--;
    this.atSite[this.siteOf[node]]--;
  }
}

interface Placed {
  readonly spec: SliceSpec;
  readonly nodes: readonly number[];
}

/** @throws {TestbedError} at the slice that has a sliver too many, in the order of the scenario */
export function checkAdmission(slices: readonly Placed[], nodes: Nodes, spec: AdmissionSpec): void {
  const room = new Room(spec, nodes);
  const { perSlice = Infinity } = spec;
  for (const { spec: slice, nodes: placed } of slices) {
    const path = ['slices', slice.name, 'place', 'nodes'];
    if (placed.length > perSlice) {
      throw new TestbedError(path, `${placed.length}`, `at most ${perSlice}, by admission.perSlice`);
    }
    for (const node of placed) {
      const lacking = room.lacking(node);
      if (lacking) {
        const { names, sites, siteOf } = nodes;
        const where =
          lacking === 'perNode' ? `the node ${names[node]}` : `the site ${sites[siteOf[node]].name}`;
        const found = `${spec[lacking]! + 1} slivers at ${where}, with those of the slices before`;
        throw new TestbedError(path, found, `at most ${spec[lacking]}, by admission.${lacking}`);
      }
      room.take(node);
    }
  }
}
