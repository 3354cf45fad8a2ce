// What a host of a store is there for: it writes objects of its own, reads these and those of others, and how that went.
import { sampleOther } from '../members.ts';
import { afterExponential } from '../pause.ts';
import type { Counter, Directory, Distribution, Host, Meter, Nanoseconds } from '../port.ts';
import type { Link } from './link.ts';
import { isNewer, type StoreMessage, type Version } from './messages.ts';
import type { Operations } from './operations.ts';
import type { StoreOptions } from './options.ts';

/** An object, and its newest version that was acknowledged. */
interface StoredObject {
  readonly key: number;
  version: Version;
}

/** An object that could not be created is tried anew after so long: the host may not have met the others yet. */
const RETRY: Nanoseconds = 2e9;

/**
 * Each object has one writer, who knows the newest version that was acknowledged, and names it with the key to whoever asks.
 * So whoever reads knows whether what it got is older than what had been acknowledged when the read began.
 *
 * Measures the distributions `read.success`, `write.success` (1 where a quorum answered within the timeout, else 0),
 * `read.latency`, `write.latency` (ns, of those), `staleness` (of reads that succeeded: 1 where what was read is older than
 * that, else 0), `durability` (of reads: 1 where they succeeded, 0 where the object is lost; others are not counted), and
 * the counters `created` and `lost` (objects, each once a host).
 */
export class Workload {
  private readonly host: Host<StoreMessage>;
  private readonly link: Link;
  private readonly options: StoreOptions;
  private readonly directory: Directory;
  private readonly operations: Operations;
  private readonly objects: StoredObject[] = [];
  private readonly lost = new Set<number>();
  /** Entry i is the weight of the first i + 1 objects. */
  private readonly weights: number[] = [];
  private readonly samples: Readonly<Record<(typeof SAMPLES)[number], Distribution>>;
  private readonly latencies: Readonly<Record<'read' | 'write', Distribution>>;
  private readonly created: Counter;
  private readonly losses: Counter;

  constructor(
    host: Host<StoreMessage>,
    link: Link,
    options: StoreOptions,
    directory: Directory,
    operations: Operations,
    meter: Meter,
  ) {
    this.host = host;
    this.link = link;
    this.options = options;
    this.directory = directory;
    this.operations = operations;
    const samples = SAMPLES.map(name => [name, meter.distribution(name, 'ratio')]);
    this.samples = Object.fromEntries(samples) as typeof this.samples;
    this.latencies = {
      read: meter.distribution('read.latency', 'ns'),
      write: meter.distribution('write.latency', 'ns'),
    };
    this.created = meter.counter('created');
    this.losses = meter.counter('lost');
    let sum = 0;
    for (let rank = 1; rank <= options.keys; rank++) {
      sum += options.popularity === 'zipf' ? rank ** -options.skew : 1;
      this.weights.push(sum);
    }
  }

  start(): void {
    this.create();
    if (this.options.keys > 0) this.every(this.options.put.every, () => this.write());
    this.every(this.options.get.every, () => this.read());
  }

  /** Names one of this host's objects, drawn by popularity. Undefined where it has none yet. */
  name(): Readonly<StoredObject> | undefined {
    const object = this.pick();
    return object && { ...object };
  }

  private pick(): StoredObject | undefined {
    const { objects, weights } = this;
    if (objects.length === 0) return undefined;
    const point = this.host.random() * weights[objects.length - 1];
    return objects[weights.findIndex(weight => point < weight)];
  }

  private every(mean: Nanoseconds, run: () => void): void {
    const again = (): void => {
      run();
      afterExponential(this.host, mean, again);
    };
    afterExponential(this.host, mean, again);
  }

  private create(): void {
    if (this.objects.length >= this.options.keys) return;
    this.operations.create(new Uint8Array(this.options.value), object => {
      if (object) {
        this.objects.push(object);
        this.created.add();
        this.create();
      } else this.host.after(RETRY, () => this.create());
    });
  }

  private write(): void {
    const object = this.pick();
    if (!object) return;
    const started = this.host.now();
    this.operations.put(object.key, new Uint8Array(this.options.value), ({ end, version }) => {
      this.samples['write.success'].record(end === 'succeeded' ? 1 : 0);
      if (end !== 'succeeded') return;
      this.latencies.write.record(this.host.now() - started);
      if (isNewer(version!, object.version)) object.version = version!;
    });
  }

  private read(): void {
    const foreign = this.host.random() < this.options.get.foreign;
    const other = foreign
      ? sampleOther(this.directory, this.host.address, () => this.host.random())
      : undefined;
    if (other === undefined) {
      const own = this.pick();
      if (own) this.get(own);
      return;
    }
    this.link.call(other, { type: 'pick' }, reply => {
      if (reply?.type === 'picked' && reply.object) this.get(reply.object);
    });
  }

  private get({ key, version: acknowledged }: StoredObject): void {
    const started = this.host.now();
    this.operations.get(key, ({ end, found }) => {
      this.samples['read.success'].record(found ? 1 : 0);
      if (end === 'lost') this.lose(key);
      if (!found) return;
      this.latencies.read.record(this.host.now() - started);
      this.samples.durability.record(1);
      this.samples.staleness.record(isNewer(acknowledged, found.version) ? 1 : 0);
    });
  }

  private lose(key: number): void {
    this.samples.durability.record(0);
    if (this.lost.has(key)) return;
    this.lost.add(key);
    this.losses.add();
  }
}

const SAMPLES = ['read.success', 'write.success', 'staleness', 'durability'] as const;
