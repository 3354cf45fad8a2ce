// Bulk transfers of a host, one after the other.
import { afterExponential } from '../pause.ts';
import type { Counter, Distribution, Host, Meter } from '../port.ts';
import type { TrafficOptions } from './options.ts';
import type { Receivers } from './receivers.ts';
import type { Responses } from './responses.ts';
import type { Transfers } from './transfers.ts';

/** Time until the next try where nobody is there to transfer to, or who was there is dead. */
const SOON = 1e9;

/**
 * Measures of the transfers that ended the distributions `transfer.time` (ns) and `transfer.rate` (bytes of payload a
 * second), and the counter `transfers.failed`.
 */
export class BulkSender {
  private readonly host: Host<never>;
  private readonly options: TrafficOptions;
  private readonly receivers: Receivers;
  private readonly transfers: Transfers;
  private readonly responses: Responses;
  private readonly time: Distribution;
  private readonly rate: Distribution;
  private readonly failed: Counter;
  private readonly beginLater = (): void => this.begin();

  constructor(
    host: Host<never>,
    options: TrafficOptions,
    receivers: Receivers,
    transfers: Transfers,
    responses: Responses,
    meter: Meter,
  ) {
    this.host = host;
    this.options = options;
    this.receivers = receivers;
    this.transfers = transfers;
    this.responses = responses;
    this.time = meter.distribution('transfer.time', 'ns');
    this.rate = meter.distribution('transfer.rate', 'bytes');
    this.failed = meter.counter('transfers.failed');
  }

  start(): void {
    afterExponential(this.host, this.options.bulk.pause, this.beginLater);
  }

  private begin(): void {
    const to = this.receivers.next();
    if (to === undefined) {
      this.host.after(SOON, this.beginLater);
      return;
    }
    const { bytes } = this.options.bulk;
    const began = this.host.now();
    this.transfers.push(to, bytes, {
      moved: moved => this.responses.received(moved),
      ended: complete => this.ended(complete, this.host.now() - began),
    });
  }

  private ended(complete: boolean, time: number): void {
    if (complete) {
      this.time.record(time);
      if (time > 0) this.rate.record((this.options.bulk.bytes / time) * 1e9);
      this.start();
    } else {
      this.failed.add();
      this.host.after(SOON, this.beginLater);
    }
  }
}
