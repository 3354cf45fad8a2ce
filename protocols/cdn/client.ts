// A client: asks for objects by their popularity, and with the crowd for the one that it wants.
import { afterExponential } from '../pause.ts';
import type { Address, Counter, Directory, Distribution, Host, Meter, Nanoseconds } from '../port.ts';
import { Download, type Downloading, Downloads } from './download.ts';
import type { CdnMessage } from './messages.ts';
import type { Objects } from './objects.ts';
import type { CdnOptions } from './options.ts';
import type { Role } from './serving.ts';

/** When every server that was tried has failed, this long passes before they are tried again. */
const PAUSE: Nanoseconds = 1e9;

/** Told of each request that ended: whose, for which object, and how long it took; undefined where it failed. */
export type RequestObserver = (self: Address, object: number, latency: Nanoseconds | undefined) => void;

/** Distributions of the requests for objects of the catalogue or of those for the crowd's. */
interface Instruments {
  readonly success: Distribution;
  readonly latency: Distribution;
}

const instruments = (meter: Meter, of: string): Instruments => ({
  success: meter.distribution(`${of}.success`, 'ratio'),
  latency: meter.distribution(`${of}.latency`, 'ns'),
});

/**
 * Stands for the users of its site: requests come at exponential intervals, however many are under way, and are never
 * answered out of what the client itself has had.
 *
 * Measures the distributions `fetch.success` (ratio: 1 where the whole object came within the timeout, else 0),
 * `fetch.latency` (ns, until the last block) and `fetch.first` (ns, until the first block) of those that succeeded, the
 * same two of requests for the crowd's object alone as `crowd.success` and `crowd.latency`, and the counter `fetch.bytes`
 * (of the objects that came whole).
 */
export class Client implements Role {
  readonly host: Host<CdnMessage>;
  readonly options: CdnOptions;
  readonly downloads: Downloads;
  private readonly fetches: Instruments;
  private readonly crowd: Instruments | undefined;
  private readonly firstBlock: Distribution;
  private readonly bytes: Counter;
  private readonly onRequest: RequestObserver | undefined;
  private readonly random = (): number => this.host.random();
  private readonly requestLater = (): void => this.requestPopular();
  private readonly crowdLater = (): void => this.requestWanted();
  private crowdLeaves: Nanoseconds = 0;

  constructor(
    host: Host<CdnMessage>,
    objects: Objects,
    options: CdnOptions,
    directory: Directory,
    meter: Meter,
    onRequest?: RequestObserver,
  ) {
    this.host = host;
    this.options = options;
    this.downloads = new Downloads(host, objects, options, directory, meter);
    this.fetches = instruments(meter, 'fetch');
    this.crowd = options.crowd.times > 1 ? instruments(meter, 'crowd') : undefined;
    this.firstBlock = meter.distribution('fetch.first', 'ns');
    this.bytes = meter.counter('fetch.bytes');
    this.onRequest = onRequest;
  }

  start(): void {
    this.downloads.start();
    const { every } = this.options.request;
    afterExponential(this.host, every, this.requestLater);
    const { at, for: span, times } = this.options.crowd;
    if (times === 1) return;
    this.crowdLeaves = this.host.now() + at + span;
    this.host.after(at, () => this.awaitWanted());
  }

  stop(): void {
    this.downloads.stop();
  }

  receive(from: Address, message: CdnMessage): void {
    if (message.type === 'get') this.host.send(from, { type: 'refused', rpc: message.rpc });
    else if (message.type !== 'probe') this.downloads.receive(from, message);
  }

  /** A request came to its end. @param first nanoseconds until the first block @param latency undefined where it failed */
  report(object: number, first: Nanoseconds | undefined, latency: Nanoseconds | undefined): void {
    this.onRequest?.(this.host.address, object, latency);
    const { objects } = this.downloads;
    const kinds = object === objects.wanted && this.crowd ? [this.fetches, this.crowd] : [this.fetches];
    for (const kind of kinds) {
      kind.success.record(latency === undefined ? 0 : 1);
      if (latency !== undefined) kind.latency.record(latency);
    }
    if (first !== undefined && latency !== undefined) this.firstBlock.record(first);
    if (latency !== undefined) this.bytes.add(objects.sizeOf(object));
  }

  private requestPopular(): void {
    afterExponential(this.host, this.options.request.every, this.requestLater);
    new Request(this, this.downloads.objects.draw(this.random)).start();
  }

  /** Requests for the crowd's object come beside the others, and make them so many times as many. */
  private awaitWanted(): void {
    const { request, crowd } = this.options;
    afterExponential(this.host, request.every / (crowd.times - 1), this.crowdLater);
  }

  private requestWanted(): void {
    if (this.host.now() >= this.crowdLeaves) return;
    this.awaitWanted();
    new Request(this, this.downloads.objects.wanted).start();
  }
}

/** A request under way: it ends with the object or with its time. */
class Request implements Downloading {
  private readonly client: Client;
  private readonly object: number;
  private readonly download: Download;
  private readonly started: Nanoseconds;
  private first: Nanoseconds | undefined;
  private over = false;

  constructor(client: Client, object: number) {
    this.client = client;
    this.object = object;
    this.download = new Download(client.downloads, object, this);
    this.started = client.host.now();
  }

  start(): void {
    const timer = this.client.host.after(this.client.options.request.timeout, () => this.end(undefined));
    this.cancelTimer = () => timer.cancel();
    this.download.run();
  }

  arrived(): void {
    this.first ??= this.client.host.now() - this.started;
  }

  ended(complete: boolean): void {
    if (complete) this.end(this.client.host.now() - this.started);
    else this.client.host.after(PAUSE, () => this.over || this.download.run());
  }

  private cancelTimer = (): void => undefined;

  private end(latency: Nanoseconds | undefined): void {
    this.over = true;
    this.cancelTimer();
    this.download.cancel();
    this.client.report(this.object, this.first, latency);
  }
}
