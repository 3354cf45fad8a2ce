// Origins, replicas and clients on a network in memory, and a host that fetches what a test tells it to.
import { Cdn } from '../../protocols/cdn/cdn.ts';
import { Download, Downloads } from '../../protocols/cdn/download.ts';
import type { CdnMessage } from '../../protocols/cdn/messages.ts';
import { Objects } from '../../protocols/cdn/objects.ts';
import { cdnOptions } from '../../protocols/cdn/options.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address, Directory, Host, Meter, Protocol } from '../../protocols/port.ts';
import { type Conditions, TestNetwork } from './harness.ts';

export interface Ended {
  readonly self: Address;
  readonly object: number;
  readonly at: number;
  readonly latency: number | undefined;
}

/** Fetches single objects, and notes when each was whole, or undefined where it could not be had. */
export class Asker implements Protocol<CdnMessage> {
  readonly downloads: Downloads;
  readonly ends: (number | undefined)[] = [];
  private readonly host: Host<CdnMessage>;

  constructor(host: Host<CdnMessage>, given: object, directory: Directory, meter: Meter) {
    const options = withDefaults(cdnOptions, given);
    this.host = host;
    this.downloads = new Downloads(host, new Objects(options.objects), options, directory, meter);
  }

  start(): void {
    this.downloads.start();
  }

  stop(): void {
    this.downloads.stop();
  }

  receive(from: Address, message: CdnMessage): void {
    if (message.type !== 'get' && message.type !== 'probe') this.downloads.receive(from, message);
  }

  get(object: number): void {
    const ended = (complete: boolean) => this.ends.push(complete ? this.host.now() : undefined);
    new Download(this.downloads, object, { arrived: () => undefined, ended }).run();
  }
}

export class CdnNetwork {
  readonly network: TestNetwork<CdnMessage>;
  readonly ends: Ended[] = [];
  /** Requests of blocks by who was asked, and by whom. */
  readonly asked: { from: Address; to: Address; object: number; block: number; first: boolean }[] = [];
  private readonly given: object;

  /** @param given options that all hosts share */
  constructor(seed: string, conditions: Conditions, given: object = {}) {
    this.network = new TestNetwork(seed, conditions);
    this.given = given;
    const { network } = this;
    const send = network.send.bind(network);
    network.send = (from, to, message) => {
      if (message.type === 'get') this.asked.push({ from, to, ...message });
      send(from, to, message);
    };
  }

  add(
    role: 'origin' | 'replica' | 'client',
    address: Address,
    listed: readonly Address[],
    given: object = {},
  ): void {
    const options = withDefaults(cdnOptions, { ...this.given, ...given, role });
    const note = (self: Address, object: number, latency: number | undefined) =>
      void this.ends.push({ self, object, latency, at: this.network.clock.now });
    this.network.add(
      address,
      (host, directory, meter) => new Cdn(host, options, directory, meter, note),
      listed,
    );
  }

  asker(address: Address, listed: readonly Address[], given: object = {}): Asker {
    const options = { ...this.given, ...given };
    return this.network.add(
      address,
      (host, directory, meter) => new Asker(host, options, directory, meter),
      listed,
    );
  }
}
