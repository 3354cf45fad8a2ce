// A host of a store: a replica of some objects, and a reader and writer of any.
import { randomId } from '../identifier.ts';
import type { Address, Directory, Host, Meter, Protocol } from '../port.ts';
import { AntiEntropy } from './anti-entropy.ts';
import { Disk } from './disk.ts';
import { Link } from './link.ts';
import { Locator } from './locator.ts';
import { Membership } from './membership.ts';
import type { StoreMessage, StoreReply, StoreRequest } from './messages.ts';
import { Operations } from './operations.ts';
import type { StoreOptions } from './options.ts';
import type { Parts } from './parts.ts';
import { checkQuorums } from './quorums.ts';
import { Replica } from './replica.ts';
import { Upkeep } from './upkeep.ts';
import { Workload } from './workload.ts';

export interface StoreExtras {
  /** The disk of a former instance on this host; an empty one where left out. */
  readonly disk?: Disk | undefined;
}

/**
 * A replicated store after G. DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP 2007: sections 4.2
 * (consistent hashing), 4.3 (replicas at the N successors), 4.7 (anti-entropy by hash trees), 4.8 (membership by gossip, all
 * hosts known to all); with the strict quorums of D. Gifford, "Weighted Voting for Replicated Data", SOSP 1979, in place of
 * Dynamo's sloppy ones, and repair as in B.-G. Chun et al., "Efficient Replica Maintenance for Distributed Storage Systems",
 * NSDI 2006. Who votes on a key is decided by those who voted before (`reconfiguration.ts`), whatever the ring says.
 */
export class Store implements Protocol<StoreMessage> {
  readonly operations: Operations;
  /** Undefined for a client. */
  readonly membership: Membership | undefined;
  private readonly host: Host<StoreMessage>;
  private readonly disk: Disk;
  private readonly replica: Replica;
  private readonly link: Link;
  private readonly locator: Locator;
  private readonly antiEntropy: AntiEntropy;
  private readonly upkeep: Upkeep | undefined;
  private readonly workload: Workload;

  /** @throws {RangeError} where R or W is more than N */
  constructor(
    host: Host<StoreMessage>,
    options: StoreOptions,
    directory: Directory,
    meter: Meter,
    { disk = new Disk(randomId(() => host.random())) }: StoreExtras = {},
  ) {
    checkQuorums(options);
    this.host = host;
    this.disk = disk;
    this.replica = new Replica(host.address, disk);
    this.link = new Link(host, options.rpc, (from, request) => this.answer(from, request));
    this.membership =
      options.role === 'member' ? new Membership(host, options.membership, directory, meter) : undefined;
    this.locator = new Locator({
      link: this.link,
      disk,
      membership: this.membership,
      directory,
      replicas: options.n,
    });
    const parts: Parts = {
      link: this.link,
      options,
      disk,
      replica: this.replica,
      locator: this.locator,
      repairBytes: meter.counter('repair.bytes'),
    };
    this.operations = new Operations(parts, meter.distribution('replicas', 'count'));
    this.antiEntropy = new AntiEntropy(parts);
    this.upkeep = this.membership && new Upkeep(parts, this.membership, this.antiEntropy, meter);
    this.workload = new Workload(host, this.link, options, directory, this.operations, meter);
  }

  start(): void {
    this.membership?.start();
    this.upkeep?.start();
    this.workload.start();
  }

  /** Falls silent; the others notice as they notice a failure. */
  stop(): void {
    this.membership?.stop();
    this.link.clear();
  }

  receive(from: Address, message: StoreMessage): void {
    switch (message.type) {
      case 'membership':
        this.membership?.receive(from, message.message);
        return;
      case 'news':
        this.locator.learn(message.key, message.config);
        if (message.settled) this.disk.leave(message.key, message.config, this.replica.self);
        return;
      case 'version':
      case 'value':
      case 'ok':
      case 'promise':
      case 'nack':
      case 'moved':
      case 'refused':
      case 'life':
      case 'picked':
      case 'located':
      case 'differ':
      case 'needs':
        this.link.settle(from, message);
        return;
      default:
        this.host.send(from, this.answer(from, message));
    }
  }

  private answer(from: Address, request: StoreRequest): StoreReply {
    const { rpc } = request;
    switch (request.type) {
      case 'greet':
        return { type: 'life', rpc, life: this.disk.life };
      case 'pick':
        return { type: 'picked', rpc, object: this.workload.name() ?? null };
      case 'locate': {
        const { key } = request;
        const config = this.locator.known(key) ?? null;
        const active = this.disk.held.get(key)?.config === config;
        return { type: 'located', rpc, config, active, candidates: this.locator.around(key) };
      }
      case 'sync':
        return this.antiEntropy.answer(from, request);
      case 'entries':
        return this.antiEntropy.take(from, request);
      default:
        return this.replica.answer(request);
    }
  }
}
