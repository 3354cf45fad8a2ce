// Upkeep: what a Chord node does from time to time so that its neighbours and fingers stay right.
import { sampleOther } from '../members.ts';
import type { Directory, Host } from '../port.ts';
import { Lookup, type Seeker } from './lookup.ts';
import type { ChordMessage, NodeRef } from './messages.ts';
import type { ChordOptions } from './options.ts';
import { selectNearest } from './proximity.ts';
import { BITS, between, betweenOrAt, fingerStart } from './ring.ts';

/** Stabilizations between two searches for another ring. A node alone makes one each time. */
const SEARCH_EVERY = 8;

/** The paper's stabilize(), check_predecessor() and fix_fingers(), and the search for another ring. */
export class Upkeep {
  private readonly seeker: Seeker;
  private readonly host: Host<ChordMessage>;
  private readonly options: ChordOptions;
  private readonly directory: Directory;
  private readonly onLost: () => void;

  private started = false;
  private stabilizing = false;
  private fixing = false;
  /** Whether the predecessor has called notify() since it was last checked. */
  private predecessorHeard = false;
  private untilSearch = SEARCH_EVERY;
  private finger = 0;
  private readonly random = (): number => this.host.random();
  private readonly tick = (): void => this.maintain();
  private readonly fingerTick = (): void => this.fixNextFinger();
  private readonly fingerFound = (lookup: Lookup): void => {
    const { owner } = lookup;
    if (owner && this.options.pns > 0) {
      selectNearest(this.seeker, this.finger, owner, this.options.pns, this.fingerChosen);
    } else this.fingerChosen(owner);
  };
  private readonly fingerChosen = (node: NodeRef | undefined): void => {
    this.fixing = false;
    if (node) this.seeker.routing.setFinger(this.finger, node);
  };
  private readonly searched = (lookup: Lookup): void => this.meet(lookup);

  /** @param onLost every successor has failed */
  constructor(
    seeker: Seeker,
    host: Host<ChordMessage>,
    options: ChordOptions,
    directory: Directory,
    onLost: () => void,
  ) {
    this.seeker = seeker;
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onLost = onLost;
  }

  /** The node has joined, for the first time or anew. */
  begin(): void {
    this.stabilize();
    if (this.started) return;
    this.started = true;
    const { host, options } = this;
    host.after(Math.floor(host.random() * options.stabilize), this.tick);
    host.after(Math.floor(host.random() * options.fixFingers), this.fingerTick);
  }

  /** A node has called notify() on this one. */
  notified(node: NodeRef): void {
    if (this.seeker.routing.notified(node)) this.predecessorHeard = true;
  }

  private maintain(): void {
    this.host.after(this.options.stabilize, this.tick);
    if (!this.seeker.routing.joined) return;
    this.checkPredecessor();
    this.stabilize();
    this.search();
  }

  private stabilize(): void {
    const { routing } = this.seeker;
    if (this.stabilizing || routing.alone) return;
    this.stabilizing = true;
    this.askNeighbours(routing.successors[0], undefined);
  }

  /**
   * stabilize() as far as it takes: while the successor's predecessor lies nearer, that one is asked; it becomes the
   * successor when it answers.
   * @param fallback the successor that named `peer`; undefined where `peer` is the successor
   */
  private askNeighbours(peer: NodeRef, fallback: NodeRef | undefined): void {
    const { routing, rpc } = this.seeker;
    rpc.call(peer.address, { type: 'neighbours', rpc: rpc.number() }, reply => {
      if (reply?.type !== 'neighbours-are') {
        if (fallback) this.finishStabilizing(fallback, true);
        else this.successorFailed(peer);
        return;
      }
      routing.setSuccessors([peer, ...reply.successors]);
      const nearer = reply.predecessor;
      if (nearer && between(nearer.id, routing.self.id, peer.id)) this.askNeighbours(nearer, peer);
      else this.finishStabilizing(peer, nearer?.address === routing.self.address);
    });
  }

  private successorFailed(peer: NodeRef): void {
    this.stabilizing = false;
    const { routing } = this.seeker;
    const [first, second] = routing.successors;
    const last = first.address === peer.address && second === undefined;
    routing.forget(peer.address);
    if (last && !routing.replaceSuccessor(peer.address)) this.onLost();
    else this.stabilize();
  }

  /** @param settled false where the successor may have several claimants: then it is asked again who came nearest */
  private finishStabilizing(successor: NodeRef, settled: boolean): void {
    this.stabilizing = false;
    const { rpc, routing } = this.seeker;
    rpc.call(successor.address, { type: 'notify', rpc: rpc.number(), node: routing.self }, reply => {
      if (!settled && reply?.type === 'ok' && routing.joined) this.stabilize();
    });
  }

  private checkPredecessor(): void {
    const { rpc, routing } = this.seeker;
    const { predecessor } = routing;
    const heard = this.predecessorHeard;
    this.predecessorHeard = false;
    if (!predecessor || heard) return;
    rpc.call(predecessor.address, { type: 'alive', rpc: rpc.number() }, reply => {
      if (reply?.type !== 'ok' && routing.predecessor === predecessor) routing.predecessor = null;
    });
  }

  private fixNextFinger(): void {
    this.host.after(this.options.fixFingers, this.fingerTick);
    const { routing } = this.seeker;
    if (this.fixing || !routing.joined || routing.alone) return;
    this.fixing = true;
    this.finger = this.finger === 0 ? BITS - 1 : routing.fingerAfter(this.finger);
    const known = routing.finger(this.finger);
    if (known && this.options.pns === 0) this.checkFinger(known);
    else this.findFinger();
  }

  private findFinger(): void {
    const start = fingerStart(this.seeker.routing.self.id, this.finger);
    new Lookup(this.seeker, start, this.options.lookup.timeout, this.fingerFound).run();
  }

  /** A finger whose predecessor lies before the finger's start is still right: one question in place of a lookup. */
  private checkFinger(known: NodeRef): void {
    const { routing, rpc } = this.seeker;
    rpc.call(known.address, { type: 'neighbours', rpc: rpc.number() }, reply => {
      const before = reply?.type === 'neighbours-are' ? reply.predecessor : null;
      const start = fingerStart(routing.self.id, this.finger);
      const isRight = before && betweenOrAt(start, before.id, known.id);
      if (!reply) routing.forget(known.address);
      if (routing.joined && !isRight) this.findFinger();
      else this.fixing = false;
    });
  }

  /** Asks a random member for this node's own place; the answer of one on another ring is a node that is missing here. */
  private search(): void {
    const { routing } = this.seeker;
    if (--this.untilSearch > 0 && !routing.alone) return;
    this.untilSearch = SEARCH_EVERY;
    const member = sampleOther(this.directory, this.host.address, this.random);
    if (member === undefined) return;
    const { timeout } = this.options.lookup;
    new Lookup(this.seeker, routing.self.id, timeout, this.searched).runFrom(member);
  }

  private meet({ owner }: Lookup): void {
    const { routing } = this.seeker;
    if (!owner || !routing.joined || owner.address === routing.self.address) return;
    if (!between(owner.id, routing.self.id, routing.successors[0].id)) return;
    routing.setSuccessors([owner, ...routing.successors]);
    this.stabilize();
  }
}
