// Authorities and nodes on a network in memory, and what an onlooker who sees them all can say.
import { Authority } from '../../protocols/management/authority.ts';
import { managementCodec } from '../../protocols/management/codec.ts';
import type { ManagementMessage } from '../../protocols/management/messages.ts';
import { NodeDaemon } from '../../protocols/management/node-daemon.ts';
import { type ManagementOptions, managementOptions } from '../../protocols/management/options.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { type Conditions, TestNetwork } from './harness.ts';

export class Plane {
  readonly network: TestNetwork<ManagementMessage>;
  readonly options: ManagementOptions;
  readonly authorities = new Map<Address, Authority>();
  readonly nodes = new Map<Address, NodeDaemon>();
  /** Fraction of the datagrams that arrive twice. */
  duplicate = 0;
  /** Bytes of the largest datagram sent. */
  largest = 0;
  private readonly listed: Address[] = [];

  /** Authorities make no changes of their own unless told to. */
  constructor(seed: string, conditions: Conditions, given: object = {}) {
    this.network = new TestNetwork(seed, conditions);
    this.options = withDefaults(managementOptions, { changes: { every: 0 }, ...given });
    const send = this.network.send.bind(this.network);
    this.network.send = (from, to, message) => {
      this.largest = Math.max(this.largest, managementCodec.sizeOf(message));
      send(from, to, message);
      if (this.duplicate > 0 && this.network.random() < this.duplicate) send(from, to, message);
    };
  }

  /** Starts an authority, or a crashed one without a memory. */
  authority(address: Address): Authority {
    if (!this.listed.includes(address)) this.listed.push(address);
    const made = this.network.add(
      address,
      (host, directory, meter) => new Authority(host, this.options, directory, meter),
      this.listed.filter(other => other !== address),
    );
    this.authorities.set(address, made);
    return made;
  }

  /** Starts a node, or a crashed one without a memory. It knows the authorities that have been started so far. */
  node(address: Address): NodeDaemon {
    const made = this.network.add(
      address,
      (host, directory, meter) => new NodeDaemon(host, this.options, directory, meter),
      [...this.listed],
    );
    this.nodes.set(address, made);
    return made;
  }

  /** Starts nodes 0 .. count - 1 at random times of a span. */
  startNodes(count: number, span: number): void {
    for (let address = 0; address < count; address++) {
      this.network.clock.after(Math.floor(this.network.random() * span), () => this.node(address));
    }
  }

  crash(address: Address): void {
    this.network.crash(address);
    this.nodes.delete(address);
    this.authorities.delete(address);
  }

  /** The slices that an authority wants on a node. */
  wanted(authority: Address, node: Address): number[] {
    const { slices } = this.authorities.get(authority)!.database;
    return sorted([...slices].filter(([, members]) => members.has(node)).map(([slice]) => slice));
  }

  running(node: Address): number[] {
    return sorted([...this.nodes.get(node)!.slivers.running.keys()]);
  }

  /** Where the nodes differ from what the authorities want. */
  differences(): string[] {
    const found: string[] = [];
    for (const node of this.nodes.keys()) {
      const running = this.running(node).join();
      for (const authority of this.authorities.keys()) {
        const wanted = this.wanted(authority, node).join();
        if (wanted !== running) found.push(`${authority} wants ${wanted} on ${node}, which runs ${running}`);
      }
    }
    return found;
  }

  count(metric: string): number {
    return this.network.meter.count(metric);
  }

  sample(metric: string): number[] {
    return this.network.meter.sample(metric);
  }
}

const sorted = (numbers: number[]): number[] => numbers.sort((a, b) => a - b);
