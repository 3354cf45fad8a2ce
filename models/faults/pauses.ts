// Pauses: the pauses that faults have put in force. A node goes on when the last of those that concern it ends.
import type { Pause } from './event.ts';

/** Whose nodes stand still. */
export interface Pausable {
  /** Without effect on a node that is down or paused: one that is down comes back running. */
  pause(node: number): void;
  /** Without effect on a node that is not paused. */
  resume(node: number): void;
}

export class Pauses {
  private readonly victims: Pausable;
  private readonly inForce = new Map<number, Set<Pause>>();

  constructor(victims: Pausable) {
    this.victims = victims;
  }

  begin(pause: Pause): void {
    for (const node of pause.nodes) {
      const own = this.inForce.get(node);
      if (own) own.add(pause);
      else this.inForce.set(node, new Set([pause]));
      // Even within another pause: the node may have been down when that began.
      this.victims.pause(node);
    }
  }

  end(pause: Pause): void {
    for (const node of pause.nodes) {
      const own = this.inForce.get(node);
      if (own?.delete(pause) && own.size === 0) this.victims.resume(node);
    }
  }

  /** Ends a node's pauses without its going on. */
  forget(node: number): void {
    this.inForce.delete(node);
  }
}
