// Confirming what a lookup found: the owner has to answer; where it is dead, the successor after it owns the key.
import type { LookedUp, Seeker } from './lookup.ts';
import type { NodeRef } from './messages.ts';

/**
 * Asks the owner that a lookup found whether it is there. Where it is not, those after it in the successor list of the
 * key's predecessor are asked in turn, within the lookup's time limit: the first that answers is the owner.
 * @param done runs once, with undefined where none answered; at once where the owner is this node
 */
export function confirm(seeker: Seeker, lookup: LookedUp, done: (owner: NodeRef | undefined) => void): void {
  new Confirmation(seeker, lookup, done).ask(lookup.owner);
}

class Confirmation {
  private readonly seeker: Seeker;
  private readonly lookup: LookedUp;
  private readonly done: (owner: NodeRef | undefined) => void;
  /** Who owns the key if those asked before are dead; undefined while that has not been needed. */
  private heirs: NodeRef[] | undefined;

  constructor(seeker: Seeker, lookup: LookedUp, done: (owner: NodeRef | undefined) => void) {
    this.seeker = seeker;
    this.lookup = lookup;
    this.done = done;
  }

  ask(owner: NodeRef | undefined): void {
    const { rpc, routing } = this.seeker;
    if (!owner || this.lookup.overdue || owner.address === routing.self.address) {
      this.done(this.lookup.overdue ? undefined : owner);
      return;
    }
    rpc.call(owner.address, { type: 'alive', rpc: rpc.number() }, reply => {
      if (reply?.type === 'ok') {
        this.done(this.lookup.overdue ? undefined : owner);
        return;
      }
      this.lookup.timeouts++;
      routing.forget(owner.address);
      this.askHeir(owner);
    });
  }

  private askHeir(dead: NodeRef): void {
    if (this.heirs) {
      this.ask(this.heirs.shift());
      return;
    }
    const { rpc, routing } = this.seeker;
    const { namedBy } = this.lookup;
    if (!namedBy) {
      this.inherit(dead, routing.successors);
      return;
    }
    rpc.call(namedBy.address, { type: 'neighbours', rpc: rpc.number() }, reply => {
      this.inherit(dead, reply?.type === 'neighbours-are' ? reply.successors : []);
    });
  }

  private inherit(dead: NodeRef, successors: readonly NodeRef[]): void {
    this.heirs = successors.filter(node => node.address !== dead.address);
    this.ask(this.heirs.shift());
  }
}
