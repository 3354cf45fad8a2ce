// How soon and how far what is published is heard, on its publisher's clock alone: some of those who hear it say so.
import type { Distribution, Host, Meter, Nanoseconds } from './port.ts';

/** What may be set of it. */
export const receiptsOption = {
  kind: 'fraction',
  default: 0,
  about: 'share of first hearings that the publisher is told of, by which it measures delay and reach',
} as const;

interface Publication {
  readonly at: Nanoseconds;
  /** Hosts that have said that they have heard it. */
  hearers: number;
}

/**
 * Measures the distributions `delay` (ns: from a publication until its publisher has word of a hearing, which is longer than
 * the truth by a one-way delay) and `reach` (count: hosts that have heard it, by the words that came and the share that is
 * sent). No clocks are compared.
 */
export class HearingMeter {
  private readonly host: Pick<Host<never>, 'now' | 'random' | 'after'>;
  private readonly receipts: number;
  private readonly span: Nanoseconds;
  private readonly delay: Distribution;
  private readonly reach: Distribution;
  private readonly published = new Map<number, Publication>();

  /**
   * @param receipts share of hearings of which the publisher is told
   * @param span how long after its publication something may still be heard; then its reach is recorded
   */
  constructor(
    host: Pick<Host<never>, 'now' | 'random' | 'after'>,
    receipts: number,
    span: Nanoseconds,
    meter: Meter,
  ) {
    this.host = host;
    this.receipts = receipts;
    this.span = span;
    this.delay = meter.distribution('delay', 'ns');
    this.reach = meter.distribution('reach', 'count');
  }

  publish(id: number): void {
    if (this.receipts === 0) return;
    const publication = { at: this.host.now(), hearers: 0 };
    this.published.set(id, publication);
    this.host.after(this.span, () => {
      this.published.delete(id);
      this.reach.record(publication.hearers / this.receipts);
    });
  }

  /** Whether the publisher is to be told of a hearing. */
  drawn(): boolean {
    return this.receipts > 0 && this.host.random() < this.receipts;
  }

  /** Somebody says that it has heard what this host published. */
  heard(id: number): void {
    const publication = this.published.get(id);
    if (!publication) return;
    publication.hearers++;
    this.delay.record(this.host.now() - publication.at);
  }
}
