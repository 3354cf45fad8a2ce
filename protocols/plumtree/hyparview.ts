// HyParView: a small active view of neighbours, kept symmetric and alive, and a passive one to mend it from.
import { sampleOther } from '../members.ts';
import type { Address, Directory, Host } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { OverlayMessage, OverlayRequest, PlumtreeMessage } from './messages.ts';
import type { PlumtreeOptions } from './options.ts';
import { View } from './view.ts';

/** Shuffles between two requests to a random listed member, by which parts of a parted overlay meet again. */
const SEARCH_EVERY = 8;

type Answer = Extract<OverlayMessage, { type: 'answer' }>;

/** What is built on the active view. */
export interface Neighbourhood {
  up(neighbour: Address): void;
  down(neighbour: Address): void;
  /** Ids to tell a neighbour with a probe. */
  recent(): readonly number[];
  /** A neighbour has told what it has. */
  told(neighbour: Address, ids: readonly number[]): void;
}

/**
 * HyParView after J. Leitao, J. Pereira, L. Rodrigues, "HyParView: A Membership Protocol for Reliable Gossip-Based
 * Broadcast", DSN 2007. The paper's TCP connections, which break when a neighbour dies, are probes here. Beyond the paper:
 * an active view that is not full asks to be filled at each shuffle, and a random listed member is asked now and then.
 */
export class HyParView {
  readonly active: View;
  readonly passive: View;
  private readonly host: Host<PlumtreeMessage>;
  private readonly options: PlumtreeOptions;
  private readonly directory: Directory;
  private readonly neighbourhood: Neighbourhood;
  private readonly rpc: Rpc<OverlayRequest, Answer>;
  private readonly random: () => number;
  private untilSearch = SEARCH_EVERY;
  private joining = false;
  private readonly shuffleTick = (): void => this.maintain();
  private readonly probeTick = (): void => this.probe();

  constructor(
    host: Host<PlumtreeMessage>,
    options: PlumtreeOptions,
    directory: Directory,
    neighbourhood: Neighbourhood,
  ) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.neighbourhood = neighbourhood;
    this.random = () => host.random();
    this.active = new View(options.activeView, this.random);
    this.passive = new View(options.passiveView, this.random);
    this.rpc = new Rpc<OverlayRequest, Answer>(host as unknown as Host<OverlayRequest | Answer>, options.rpc);
  }

  start(): void {
    const { host, options } = this;
    this.join();
    host.after(Math.floor(host.random() * options.shuffle), this.shuffleTick);
    host.after(Math.floor(host.random() * options.probe), this.probeTick);
  }

  stop(): void {
    this.rpc.clear();
    for (const node of this.active.nodes) this.host.send(node, { type: 'disconnect' });
  }

  receive(from: Address, message: OverlayMessage): void {
    switch (message.type) {
      case 'join':
        this.addActive(from);
        this.answer(from, message.rpc);
        for (const node of this.active.nodes) {
          if (node === from) continue;
          this.host.send(node, { type: 'forward-join', node: from, ttl: this.options.arwl });
        }
        return;
      case 'neighbor':
        if (message.high || !this.active.full) this.addActive(from);
        this.answer(from, message.rpc);
        return;
      case 'probe':
        this.answer(from, message.rpc);
        if (this.active.has(from)) this.neighbourhood.told(from, message.recent);
        return;
      case 'answer':
        this.rpc.settle(from, message);
        return;
      case 'forward-join':
        this.forwardJoin(from, message.node, message.ttl);
        return;
      case 'disconnect':
        if (this.dropActive(from)) this.addPassive(from);
        return;
      case 'shuffle':
        this.shuffled(from, message.origin, message.ttl, message.nodes);
        return;
      case 'shuffle-reply':
        for (const node of message.nodes) this.addPassive(node);
    }
  }

  private answer(to: Address, rpc: number): void {
    this.host.send(to, { type: 'answer', rpc, accepted: this.active.has(to) });
  }

  /** Through one listed member after another, until one answers. */
  private join(): void {
    const contact = sampleOther(this.directory, this.host.address, this.random);
    if (contact === undefined || this.joining) return;
    this.joining = true;
    this.rpc.call(contact, { type: 'join', rpc: this.rpc.number() }, reply => {
      this.joining = false;
      if (reply?.accepted) this.addActive(contact);
      else if (this.active.nodes.length === 0) this.join();
    });
  }

  private forwardJoin(from: Address, node: Address, ttl: number): void {
    if (node === this.host.address) return;
    const next = this.active.draw(from);
    if (ttl === 0 || next === undefined || this.active.nodes.length <= 1) {
      if (!this.active.has(node)) this.request(node, true);
      return;
    }
    if (ttl === this.options.prwl) this.addPassive(node);
    this.host.send(next, { type: 'forward-join', node, ttl: ttl - 1 });
  }

  private addActive(node: Address): void {
    if (node === this.host.address || this.active.has(node)) return;
    if (this.active.full) {
      const dropped = this.active.draw()!;
      this.dropActive(dropped);
      this.host.send(dropped, { type: 'disconnect' });
      this.addPassive(dropped);
    }
    this.passive.remove(node);
    this.active.add(node);
    this.neighbourhood.up(node);
  }

  private dropActive(node: Address): boolean {
    if (!this.active.remove(node)) return false;
    this.neighbourhood.down(node);
    return true;
  }

  private addPassive(node: Address): void {
    const { passive } = this;
    if (node === this.host.address || this.active.has(node) || passive.has(node)) return;
    if (passive.full) passive.remove(passive.draw()!);
    passive.add(node);
  }

  /** A neighbour is dead: others are asked to take its place until one does, or nobody is left to ask. */
  private replace(): void {
    if (this.active.full) return;
    const candidate = this.passive.draw();
    if (candidate !== undefined) this.request(candidate, this.active.nodes.length === 0);
    else if (this.active.nodes.length === 0) this.join();
  }

  private request(node: Address, high: boolean): void {
    this.rpc.call(node, { type: 'neighbor', rpc: this.rpc.number(), high }, reply => {
      if (reply?.accepted) {
        this.addActive(node);
        return;
      }
      if (!reply) this.passive.remove(node);
      // One that has no room may be asked again later.
      if (!reply || this.active.nodes.length === 0) this.replace();
    });
  }

  private probe(): void {
    this.host.after(this.options.probe, this.probeTick);
    const recent = this.neighbourhood.recent();
    for (const node of this.active.nodes) {
      this.rpc.call(node, { type: 'probe', rpc: this.rpc.number(), recent }, reply => {
        if (reply?.accepted || !this.dropActive(node)) return;
        if (reply) this.addPassive(node);
        this.replace();
      });
    }
  }

  private maintain(): void {
    this.host.after(this.options.shuffle, this.shuffleTick);
    const { active, passive, options, host } = this;
    this.replace();
    if (--this.untilSearch <= 0) {
      this.untilSearch = SEARCH_EVERY;
      const member = sampleOther(this.directory, host.address, this.random);
      if (member !== undefined && !active.has(member)) this.request(member, true);
    }
    const to = active.draw();
    if (to === undefined) return;
    const nodes = [host.address, ...active.sample(options.ka, to), ...passive.sample(options.kp)];
    host.send(to, { type: 'shuffle', origin: host.address, ttl: options.arwl, nodes });
  }

  private shuffled(from: Address, origin: Address, ttl: number, nodes: readonly Address[]): void {
    if (origin === this.host.address) return;
    const next = this.active.draw(from);
    if (ttl > 0 && next !== undefined && this.active.nodes.length > 1) {
      this.host.send(next, { type: 'shuffle', origin, ttl: ttl - 1, nodes });
      return;
    }
    const reply = this.passive.sample(nodes.length);
    this.host.send(origin, { type: 'shuffle-reply', nodes: reply });
    for (const node of nodes) this.addPassive(node);
  }
}
