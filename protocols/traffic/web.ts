// A user of the Web: thinks, fetches a page with all its files from one server, and thinks again.
import type { Address, Counter, Distribution, Host, Meter, Nanoseconds } from '../port.ts';
import type { TrafficOptions } from './options.ts';
import type { Receivers } from './receivers.ts';
import type { Responses } from './responses.ts';
import type { Transfers } from './transfers.ts';
import { WebModel } from './web-model.ts';

interface Page {
  readonly server: Address;
  readonly began: Nanoseconds;
  files: number;
  bytes: number;
  complete: boolean;
}

/**
 * Measures the counter `pages`, the distributions `page.latency` (ns, of those that came whole, with the user's pauses
 * between files) and `page.bytes`, and each file as a response.
 */
export class WebUser {
  private readonly host: Host<never>;
  private readonly model: WebModel;
  private readonly receivers: Receivers;
  private readonly transfers: Transfers;
  private readonly responses: Responses;
  private readonly pages: Counter;
  private readonly latency: Distribution;
  private readonly bytes: Distribution;
  private readonly pageLater = (): void => this.page();

  constructor(
    host: Host<never>,
    options: TrafficOptions,
    receivers: Receivers,
    transfers: Transfers,
    responses: Responses,
    meter: Meter,
  ) {
    this.host = host;
    this.model = new WebModel(() => host.random(), options.web);
    this.receivers = receivers;
    this.transfers = transfers;
    this.responses = responses;
    this.pages = meter.counter('pages');
    this.latency = meter.distribution('page.latency', 'ns');
    this.bytes = meter.distribution('page.bytes', 'bytes');
  }

  /** The user comes while thinking. */
  start(): void {
    this.host.after(this.model.think(), this.pageLater);
  }

  private page(): void {
    const server = this.receivers.next();
    if (server === undefined) {
      this.start();
      return;
    }
    this.pages.add();
    const began = this.host.now();
    this.file({ server, began, files: this.model.files(), bytes: 0, complete: true });
  }

  private file(page: Page): void {
    const size = this.model.size();
    const asked = this.host.now();
    this.transfers.fetch(page.server, size, {
      moved: bytes => this.responses.received(bytes),
      ended: complete => {
        this.responses.ended(complete ? this.host.now() - asked : undefined);
        page.files--;
        page.bytes += size;
        page.complete &&= complete;
        if (page.files > 0) this.host.after(this.model.pause(), () => this.file(page));
        else this.ended(page);
      },
    });
  }

  private ended({ complete, began, bytes }: Page): void {
    if (complete) {
      this.latency.record(this.host.now() - began);
      this.bytes.record(bytes);
    }
    this.start();
  }
}
