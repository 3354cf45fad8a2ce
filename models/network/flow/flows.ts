// Flows: long transfers as rates over links, each with as much as is fair, in virtual time.
import type { EventId } from '../../../sim/event-queue.ts';
import { type EventKind, NO_HOST, type Simulation } from '../../../sim/simulation.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import type { Hosts } from '../hosts.ts';
import type { Network } from '../network.ts';
import type { CapSpec } from '../spec.ts';
import { type Flow, MaxMin } from './max-min.ts';

/** Who wants to know what becomes of a transfer. */
export interface TransferObserver {
  /** @param time from its start until its last byte has arrived */
  completed(bytes: number, time: Nanoseconds): void;
  /** One of its ends was down, or went down, or a border keeps it out. */
  failed(): void;
}

interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly started: Nanoseconds;
  readonly observer: TransferObserver;
  readonly flow: Flow;
  /** Bytes that were left at `since`, and the rate since then. */
  left: number;
  since: Nanoseconds;
  rate: number;
  /** When the last byte leaves, if nothing changes. */
  ends: Nanoseconds;
}

/** The links of a testbed that have a rate, by what they belong to; -1 where that is unlimited. */
interface LinkNumbers {
  readonly up: number;
  readonly down: number;
}

/**
 * Transfers in progress. Their rates are max-min fair over the links of both nodes and sites and the sender's cap, and are
 * worked out anew when a transfer starts or ends, at no other time. What a site's own traffic takes of its link is not there.
 * A change costs, beside the work on rates, one look at each transfer in progress.
 */
export class Flows {
  private readonly sim: Simulation;
  private readonly network: Network;
  private readonly hosts: Hosts<unknown>;
  private readonly rates: MaxMin;
  private readonly nodes: LinkNumbers;
  private readonly sites: LinkNumbers | undefined;
  private readonly caps: Int32Array;

  private readonly transfers = new Map<Flow, Transfer>();
  private readonly ended: EventKind<undefined>;
  private next: EventId | undefined;

  /** @param caps of each host */
  constructor(sim: Simulation, network: Network, hosts: Hosts<unknown>, caps: readonly CapSpec[]) {
    this.sim = sim;
    this.network = network;
    this.hosts = hosts;
    const { access, site } = network.spec;
    const capacities: number[] = [];
    const row = (count: number, rate: number): number => {
      if (rate === Infinity) return -1;
      const first = capacities.length;
      for (let link = 0; link < count; link++) capacities.push(rate);
      return first;
    };
    const { siteOf } = network;
    this.nodes = { up: row(siteOf.length, access.up), down: row(siteOf.length, access.down) };
    const sites = siteOf.reduce((most, index) => Math.max(most, index + 1), 0);
    this.sites = site && {
      up: row(sites, site.up - site.own.up),
      down: row(sites, site.down - site.own.down),
    };
    this.caps = Int32Array.from(caps, ({ uplink }) => row(1, uplink));
    this.rates = new MaxMin(capacities);
    this.ended = sim.kind('flow', () => this.end());
  }

  /** Transfers in progress. */
  get active(): number {
    return this.transfers.size;
  }

  /** Starts a transfer between two hosts. @param bytes >= 1 */
  start(from: number, to: number, bytes: number, observer: TransferObserver): void {
    if (!this.hosts.isUp(from) || !this.hosts.isUp(to) || !this.mayConnect(from, to)) {
      observer.failed();
      return;
    }
    const { now } = this.sim;
    const { flow, changed } = this.rates.add(this.linksBetween(from, to));
    const began = { started: now, since: now, rate: 0, ends: Infinity };
    this.transfers.set(flow, { from, to, bytes, observer, flow, left: bytes, ...began });
    this.change(changed);
  }

  /** Ends the transfers from and to a host that goes down. */
  hostDown(host: number): void {
    for (const transfer of [...this.transfers.values()]) {
      if (transfer.from !== host && transfer.to !== host) continue;
      this.take(transfer);
      transfer.observer.failed();
    }
  }

  /** Whether the borders of both sites let a first message pass. */
  private mayConnect(from: number, to: number): boolean {
    const { gates } = this.network;
    const { now } = this.sim;
    return gates === undefined || (gates.leave(from, to, now) && gates.enter(from, to, now) >= 0);
  }

  private linksBetween(from: number, to: number): number[] {
    const { nodeOf } = this.hosts;
    const { siteOf } = this.network;
    const links = [this.caps[from]];
    const [fromNode, toNode] = [nodeOf[from], nodeOf[to]];
    const pass = (row: LinkNumbers | undefined, out: number, inTo: number): void => {
      if (row === undefined || out === inTo) return;
      links.push(row.up < 0 ? -1 : row.up + out, row.down < 0 ? -1 : row.down + inTo);
    };
    pass(this.nodes, fromNode, toNode);
    pass(this.sites, siteOf[fromNode], siteOf[toNode]);
    return links.filter(link => link >= 0);
  }

  private take(transfer: Transfer): void {
    this.transfers.delete(transfer.flow);
    this.change(this.rates.remove(transfer.flow));
  }

  /** Some flows have other rates from now on. */
  private change(flows: readonly Flow[]): void {
    const { now } = this.sim;
    for (const flow of flows) {
      const transfer = this.transfers.get(flow)!;
      transfer.left -= (transfer.rate * (now - transfer.since)) / 8e9;
      transfer.since = now;
      transfer.rate = flow.rate;
      transfer.ends = now + Math.max(0, Math.ceil((transfer.left * 8e9) / flow.rate));
    }
    this.plan();
  }

  private plan(): void {
    if (this.next !== undefined) this.sim.cancel(this.next);
    let ends = Infinity;
    for (const transfer of this.transfers.values()) ends = Math.min(ends, transfer.ends);
    this.next = ends < Infinity ? this.sim.schedule(ends, this.ended, NO_HOST, undefined) : undefined;
  }

  private end(): void {
    const { sim, network, hosts } = this;
    this.next = undefined;
    const due = [...this.transfers.values()].filter(({ ends }) => ends <= sim.now);
    for (const transfer of due) {
      const { from, to, bytes, started, observer } = transfer;
      this.take(transfer);
      const path = network.delay(hosts.nodeOf[from], hosts.nodeOf[to]);
      observer.completed(bytes, sim.now - started + path);
    }
  }
}
