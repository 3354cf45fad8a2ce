// What is measured of a member of a swarm.
import type { Counter, Distribution, Meter, Nanoseconds } from '../port.ts';

/**
 * The distributions `download.time` (ns: from the start until the file was complete), `share.ratio` (ratio: bytes uploaded to
 * bytes downloaded by then), `seeds` (count: neighbours that have everything, every 10 s) and the counters `completed`
 * (members), `pieces`, `uploaded.bytes` and `downloaded.bytes` (of what comes twice only the first counts), `duplicates`
 * (blocks that came again), `lost` (blocks that did not arrive in time).
 */
export class Measures {
  readonly pieces: Counter;
  readonly duplicates: Counter;
  readonly lost: Counter;
  readonly seeds: Distribution;
  private readonly time: Distribution;
  private readonly ratio: Distribution;
  private readonly members: Counter;
  private readonly up: Counter;
  private readonly down: Counter;
  private uploads = 0;
  private downloads = 0;
  private reportedUp = 0;
  private reportedDown = 0;

  constructor(meter: Meter) {
    this.time = meter.distribution('download.time', 'ns');
    this.ratio = meter.distribution('share.ratio', 'ratio');
    this.seeds = meter.distribution('seeds', 'count');
    this.members = meter.counter('completed');
    this.pieces = meter.counter('pieces');
    this.up = meter.counter('uploaded.bytes');
    this.down = meter.counter('downloaded.bytes');
    this.duplicates = meter.counter('duplicates');
    this.lost = meter.counter('lost');
  }

  uploaded(bytes: number): void {
    this.uploads += bytes;
  }

  downloaded(bytes: number): void {
    this.downloads += bytes;
  }

  completed(time: Nanoseconds): void {
    this.flush();
    this.members.add();
    this.time.record(time);
    this.ratio.record(this.uploads / this.downloads);
  }

  /** Reports the bytes since the last time: a report for each block would be many. */
  flush(): void {
    if (this.uploads > this.reportedUp) this.up.add(this.uploads - this.reportedUp);
    if (this.downloads > this.reportedDown) this.down.add(this.downloads - this.reportedDown);
    this.reportedUp = this.uploads;
    this.reportedDown = this.downloads;
  }
}
