// What an authority is there for: slices come and go, grow and shrink, and their leases are renewed.
import { randomId } from '../identifier.ts';
import { afterExponential } from '../pause.ts';
import type { Address, Host } from '../port.ts';
import type { ManagementMessage } from './messages.ts';
import type { ManagementOptions } from './options.ts';

/** Share of its slivers that a slice gives up when it shrinks. */
const SHRINKAGE = 0.1;

/** What the workload asks of its authority. */
export interface SliceService {
  readonly nodes: readonly Address[];
  readonly slices: ReadonlyMap<number, ReadonlySet<Address>>;
  change(slice: number, wanted: boolean, nodes: readonly Address[], config?: Uint8Array): void;
}

/**
 * Makes a change at exponential intervals: a slice is created while there are fewer than `changes.slices`; else one drawn at
 * random is renewed, deleted, loses a tenth of its slivers, or gets one on each of so many nodes that have none.
 */
export class Workload {
  private readonly service: SliceService;
  private readonly host: Host<ManagementMessage>;
  private readonly options: ManagementOptions['changes'];
  private readonly config: Uint8Array;

  constructor(service: SliceService, host: Host<ManagementMessage>, options: ManagementOptions['changes']) {
    this.service = service;
    this.host = host;
    this.options = options;
    this.config = new Uint8Array(options.bytes);
  }

  start(): void {
    if (this.options.every > 0) this.pause();
  }

  private pause(): void {
    afterExponential(this.host, this.options.every, () => {
      this.change();
      this.pause();
    });
  }

  private change(): void {
    const { slices, nodes } = this.service;
    if (nodes.length === 0) return;
    if (slices.size < this.options.slices) {
      this.want(randomId(this.random), this.draw(nodes, this.options.share));
      return;
    }
    const slice = this.pick([...slices.keys()]);
    const members = slices.get(slice)!;
    const kind = this.pick(['renew', 'delete', 'shrink', 'grow'] as const);
    if (kind === 'renew') this.want(slice, [...members]);
    else if (kind === 'delete') this.service.change(slice, false, [...members]);
    else if (kind === 'shrink') this.service.change(slice, false, this.draw([...members], SHRINKAGE));
    else this.grow(slice, members);
  }

  /** A slice that is everywhere already is renewed. */
  private grow(slice: number, members: ReadonlySet<Address>): void {
    const others = this.service.nodes.filter(node => !members.has(node));
    const share = (SHRINKAGE * members.size) / others.length;
    this.want(slice, others.length > 0 ? this.draw(others, Math.min(1, share)) : [...members]);
  }

  private want(slice: number, nodes: readonly Address[]): void {
    this.service.change(slice, true, nodes, this.config);
  }

  private readonly random = (): number => this.host.random();

  private pick<T>(among: readonly T[]): T {
    return among[Math.floor(this.host.random() * among.length)];
  }

  /** A share of some nodes, at least one, uniformly. */
  private draw(among: readonly Address[], share: number): Address[] {
    const left = [...among];
    const count = Math.max(1, Math.round(share * left.length));
    if (count >= left.length) return left;
    const drawn: Address[] = [];
    while (drawn.length < count) {
      const at = Math.floor(this.host.random() * left.length);
      drawn.push(left[at]);
      left[at] = left[left.length - 1];
      left.pop();
    }
    return drawn;
  }
}
