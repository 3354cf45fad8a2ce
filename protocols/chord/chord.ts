// A Chord node: joins the ring, answers the other nodes' requests, and looks up keys.
import { MAX_NODES } from '../node-ref.ts';
import type { Address, Counter, Directory, Host, Meter, Nanoseconds, Protocol } from '../port.ts';
import { Rpc } from '../rpc.ts';
import { Join } from './join.ts';
import { type LookedUp, Lookup } from './lookup.ts';
import type { ChordMessage, ChordReply, ChordRequest } from './messages.ts';
import type { ChordOptions } from './options.ts';
import { Recursion } from './recursion.ts';
import { idOf } from './ring.ts';
import { type ChordState, Routing } from './routing.ts';
import { Upkeep } from './upkeep.ts';
import { type LookupObserver, type LookupService, Workload } from './workload.ts';

export interface ChordExtras {
  /** The node's point of the ring; the hash of its address where left out. */
  readonly id?: number;
  /** Told of each of the workload's lookups that succeeded. */
  readonly onLookup?: LookupObserver | undefined;
}

/**
 * Chord after I. Stoica, R. Morris, D. Liben-Nowell, D. R. Karger, M. F. Kaashoek, F. Dabek, H. Balakrishnan, "Chord:
 * A Scalable Peer-to-Peer Lookup Protocol for Internet Applications", IEEE/ACM Transactions on Networking 11(1), 2003:
 * section IV-E's create, join, stabilize, notify, fix_fingers and check_predecessor, IV-F's successor list, iterative
 * and recursive lookups. Where it goes beyond the paper: a node that lost every successor goes on with the others that it knows, or
 * joins anew (`join.ts`), rings that a partition has parted find each other again (`upkeep.ts`), and a predecessor that
 * has called notify() within the last period is not asked whether it is alive.
 */
export class Chord implements Protocol<ChordMessage>, LookupService {
  readonly routing: Routing;
  readonly rpc: Rpc<ChordRequest, ChordReply>;
  private readonly host: Host<ChordMessage>;
  private readonly options: ChordOptions;
  private readonly directory: Directory;
  private readonly recursion: Recursion;
  private readonly upkeep: Upkeep;
  private readonly workload: Workload;
  private readonly joined: Counter;
  private working = false;

  /** @throws {RangeError} for a successor list longer than a message can hold */
  constructor(
    host: Host<ChordMessage>,
    options: ChordOptions,
    directory: Directory,
    meter: Meter,
    extras: ChordExtras = {},
  ) {
    if (options.successors > MAX_NODES) {
      throw new RangeError(`successors: found ${options.successors}, expected at most ${MAX_NODES}`);
    }
    this.host = host;
    this.options = options;
    this.directory = directory;
    const self = { id: extras.id ?? idOf(host.address), address: host.address };
    this.routing = new Routing(self, options.successors);
    this.rpc = new Rpc<ChordRequest, ChordReply>(host, options.rpc);
    this.recursion = new Recursion(this, host, options.lookup.timeout);
    this.upkeep = new Upkeep(this, host, options, directory, () => this.rejoin());
    this.workload = new Workload(this, host, options.lookup, meter, extras.onLookup);
    this.joined = meter.counter('joined');
  }

  now(): Nanoseconds {
    return this.host.now();
  }

  /** Puts the node into a ring that stands already. Call it before `start`, which then does not join. */
  adopt(state: ChordState): void {
    this.routing.adopt(state);
  }

  start(): void {
    if (this.routing.joined) this.begin();
    else this.join(undefined);
  }

  /** Falls silent; as in section IV-E, the others notice as they notice a failure. */
  stop(): void {
    this.rpc.clear();
    this.recursion.clear();
    this.routing.detach();
  }

  /** Looks up a key, once the node has joined. @param done runs once, at once where no request is needed */
  lookup(key: number, done: (lookup: LookedUp) => void): void {
    const { style, timeout } = this.options.lookup;
    if (style === 'recursive') this.recursion.lookup(key, done);
    else new Lookup(this, key, timeout, done).run();
  }

  receive(from: Address, message: ChordMessage): void {
    switch (message.type) {
      case 'find':
      case 'neighbours':
      case 'notify':
      case 'alive':
      case 'route':
        this.host.send(
          from,
          this.routing.joined ? this.reply(message) : { type: 'refused', rpc: message.rpc },
        );
        if (message.type === 'route' && this.routing.joined) this.recursion.passOn(message);
        return;
      case 'routed':
        this.recursion.ended(message);
        return;
      default:
        this.rpc.settle(from, message);
    }
  }

  private reply(request: ChordRequest): ChordReply {
    const { routing } = this;
    const { rpc } = request;
    switch (request.type) {
      case 'find': {
        const owner = routing.ownerOf(request.key);
        if (owner) return { type: 'found', rpc, owner };
        return { type: 'next', rpc, candidates: routing.candidates(request.key) };
      }
      case 'neighbours': {
        const { predecessor, successors } = routing;
        return { type: 'neighbours-are', rpc, predecessor, successors };
      }
      case 'notify':
        this.upkeep.notified(request.node);
        return { type: 'ok', rpc };
      case 'alive':
      case 'route':
        return { type: 'ok', rpc };
    }
  }

  /** @param contacts nodes of the ring that this node was part of, undefined where it was part of none */
  private join(contacts: Address[] | undefined): void {
    new Join(this, this.host, this.options, this.directory, contacts, successors => {
      this.joined.add();
      this.routing.setSuccessors(successors);
      this.begin();
    }).run();
  }

  /** Lost every successor: whoever was known may lead back, else the directory does. */
  private rejoin(): void {
    const contacts = this.routing.known().map(node => node.address);
    this.routing.detach();
    this.join(contacts);
  }

  private begin(): void {
    this.upkeep.begin();
    if (this.working) return;
    this.working = true;
    this.workload.start();
  }
}
