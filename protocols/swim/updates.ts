// Dissemination: updates to be piggybacked on whatever is sent, the least often sent first (section 4.1).
import type { Address } from '../port.ts';
import type { Update } from './messages.ts';

interface Rumour {
  readonly update: Update;
  sent: number;
}

export class Updates {
  private readonly lambda: number;
  private readonly most: number;
  /** By member: what was heard of it last is all that is worth telling. */
  private readonly rumours = new Map<Address, Rumour>();

  /**
   * @param lambda an update is sent lambda ln N times
   * @param most updates in one message
   */
  constructor(lambda: number, most: number) {
    this.lambda = lambda;
    this.most = most;
  }

  get size(): number {
    return this.rumours.size;
  }

  add(update: Update): void {
    this.rumours.set(update.member, { update, sent: 0 });
  }

  /** The updates for one message. @param members how many there are, N */
  take(members: number): Update[] {
    const { rumours, most } = this;
    if (rumours.size === 0) return [];
    let chosen = [...rumours.values()];
    if (chosen.length > most) chosen = chosen.sort((a, b) => a.sent - b.sent).slice(0, most);
    const limit = Math.ceil(this.lambda * Math.log(members + 1));
    for (const rumour of chosen) {
      rumour.sent++;
      if (rumour.sent >= limit) rumours.delete(rumour.update.member);
    }
    return chosen.map(({ update }) => update);
  }
}
