// Background: what else loads each node, drawn anew from time to time.
import { draw, type Law } from '../../sim/law.ts';
import { stream } from '../../sim/random.ts';
import type { EventKind } from '../../sim/simulation.ts';
import { drawSpan } from '../faults/span.ts';
import type { Stage } from '../subsystem.ts';
import type { NodeLoads } from './node-loads.ts';

/**
 * Sets the background of these nodes from the start of the run on.
 * @param level a fraction of a node's CPU; whatever is more than all of it is all of it
 */
export function beginBackground(
  { level, every }: { readonly level: Law; readonly every: Law },
  among: readonly number[],
  loads: NodeLoads,
  { sim, testbed: { nodes, seed } }: Stage,
): void {
  const randoms = new Map(among.map(node => [node, stream(seed, nodes.names[node], 'background')]));
  const redraw: EventKind<undefined> = sim.kind('background', node => {
    const random = randoms.get(node)!;
    loads.background[node] = Math.min(1, draw(level, random));
    sim.post(sim.now + drawSpan(every, random), redraw, node, undefined);
  });
  for (const node of among) sim.post(0, redraw, node, undefined);
}
