// Limping: nodes whose CPU or disk works at a fraction of its speed, as faults have it.
import type { Limp } from '../faults/event.ts';

/** Of several limps that concern one node the slowest holds, for the CPU and the disk each. */
export class Limping {
  private readonly inForce = new Map<number, Limp[]>();

  begin(limp: Limp): void {
    for (const node of limp.nodes) this.inForce.set(node, [...this.of(node), limp]);
  }

  end(limp: Limp): void {
    for (const node of limp.nodes)
      this.inForce.set(
        node,
        this.of(node).filter(other => other !== limp),
      );
  }

  cpu(node: number): number {
    return Math.min(1, ...this.of(node).map(({ cpu }) => cpu));
  }

  disk(node: number): number {
    return Math.min(1, ...this.of(node).map(({ disk }) => disk));
  }

  private of(node: number): readonly Limp[] {
    return this.inForce.get(node) ?? [];
  }
}
