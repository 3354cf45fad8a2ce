// One link of a host: what its probes say of latency, loss and outage (sections 4.2 and 5.2 of the paper).
import type { Address, Nanoseconds } from '../port.ts';
import type { LinkState } from './messages.ts';

/** Weight of what was known in the moving average of the latency. */
const ALPHA = 0.9;

/** Probes over which the loss is averaged. */
const WINDOW = 100;

export class Link {
  readonly to: Address;
  private readonly outage: number;
  private latency: Nanoseconds | undefined;
  private lostInRow = 0;
  private readonly lost = new Uint8Array(WINDOW);
  private losses = 0;
  private probes = 0;

  /** @param outage probes lost in a row after which it is down */
  constructor(to: Address, outage: number) {
    this.to = to;
    this.outage = outage;
  }

  /** A link is down before its first answer. */
  get up(): boolean {
    return this.latency !== undefined && this.lostInRow < this.outage;
  }

  /** Whether a probe of it has ended. */
  get known(): boolean {
    return this.probes > 0;
  }

  /** Whether a probe has been lost and it is not yet known what that means. */
  get doubtful(): boolean {
    return this.lostInRow > 0 && this.lostInRow < this.outage;
  }

  /** @param rtt undefined where the probe was lost */
  probed(rtt: Nanoseconds | undefined): void {
    const at = this.probes++ % WINDOW;
    const lost = rtt === undefined ? 1 : 0;
    this.losses += lost - this.lost[at];
    this.lost[at] = lost;
    this.lostInRow = rtt === undefined ? this.lostInRow + 1 : 0;
    if (rtt === undefined) return;
    this.latency = this.latency === undefined ? rtt : ALPHA * this.latency + (1 - ALPHA) * rtt;
  }

  state(): LinkState {
    const loss = this.losses / Math.max(1, Math.min(this.probes, WINDOW));
    const latency = Math.min(Math.round((this.latency ?? 0) / 1000), 2 ** 32 - 1);
    return { to: this.to, latency, loss: Math.round(loss * 255), up: this.up };
  }
}
