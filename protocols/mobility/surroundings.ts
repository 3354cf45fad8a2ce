// Which other attachment points there are, as the rendezvous tell: an identity moves to one of them.
import type { Address, Directory, Host, Nanoseconds } from '../port.ts';
import type { Rpc } from '../rpc.ts';
import type { Enquiry, Found } from './messages.ts';

/** Time until the next question while no other point is known. */
const SOON: Nanoseconds = 1e9;

/** Renewals that may fail before what was announced or registered ends. */
export const RENEWALS = 3;

/** How long what is renewed each `refresh` holds, in milliseconds, as a uint32. */
export const lifetimeOf = (refresh: Nanoseconds): number => Math.ceil((RENEWALS * refresh) / 1e6);

export class Surroundings {
  private readonly host: Host<never>;
  private readonly rendezvous: Directory;
  private readonly enquiries: Rpc<Enquiry, Found>;
  private readonly refresh: Nanoseconds;
  private points: readonly Address[] = [];
  private readonly announceLater = (): void => this.announce();

  constructor(
    host: Host<never>,
    rendezvous: Directory,
    enquiries: Rpc<Enquiry, Found>,
    refresh: Nanoseconds,
  ) {
    this.host = host;
    this.rendezvous = rendezvous;
    this.enquiries = enquiries;
    this.refresh = refresh;
  }

  /** Tells all rendezvous that there is an attachment point here, asks them for others, and goes on doing so. */
  announce(): void {
    const lifetime = lifetimeOf(this.refresh);
    for (let index = 0; index < this.rendezvous.size; index++) {
      const announcement = { type: 'announce', rpc: this.enquiries.number(), lifetime } as const;
      this.enquiries.call(this.rendezvous.at(index), announcement, reply => {
        // A rendezvous that has just begun knows none.
        if (reply?.type === 'points' && reply.points.length > 0) this.points = reply.points;
      });
    }
    this.host.after(this.points.length > 0 ? this.refresh : Math.min(SOON, this.refresh), this.announceLater);
  }

  /** One of the points told of last, uniformly. Undefined where none is known. */
  any(): Address | undefined {
    const { points } = this;
    return points.length === 0 ? undefined : points[Math.floor(this.host.random() * points.length)];
  }
}
