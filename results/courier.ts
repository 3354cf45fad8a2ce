// The courier: carries observations from the thread that makes them to the recorder in another.
import type { Meter, Recorder } from './recorder.ts';
import type { Unit } from './unit.ts';

/** An instrument that a sender has handed out. Its number is its place in the order of all. */
interface Instrument {
  readonly prefix: string;
  readonly name: string;
  /** Undefined: a counter. */
  readonly unit: Unit | undefined;
}

/** What was observed since the last parcel. Made of what structured clone takes. */
export interface Parcel {
  readonly instruments: readonly Instrument[];
  /** The instrument of each observation, and its value, or what was added. */
  readonly ids: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** The sender's side: meters as a recorder has them, whose observations wait for the next parcel. */
export class Sender {
  private readonly numbers = new Map<string, number>();
  private fresh: Instrument[] = [];
  private readonly sums: number[] = [];
  private ids = new Int32Array(1024);
  private values = new Float64Array(1024);
  private count = 0;

  meter(prefix: string): Meter {
    return {
      counter: name => {
        const id = this.number({ prefix, name, unit: undefined });
        return {
          add: (by = 1) => {
            this.sums[id] += by;
          },
        };
      },
      distribution: (name, unit) => {
        const id = this.number({ prefix, name, unit });
        return { record: value => this.keep(id, value) };
      },
    };
  }

  /** All that was observed since the last call; undefined where that is nothing. */
  pack(): Parcel | undefined {
    for (const [id, sum] of this.sums.entries()) if (sum > 0) this.keep(id, sum);
    this.sums.fill(0);
    if (this.count === 0 && this.fresh.length === 0) return undefined;
    const parcel = {
      instruments: this.fresh,
      ids: this.ids.slice(0, this.count),
      values: this.values.slice(0, this.count),
    };
    this.fresh = [];
    this.count = 0;
    return parcel;
  }

  private number(instrument: Instrument): number {
    const key = `${instrument.prefix}.${instrument.name} ${instrument.unit}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const id = this.numbers.size;
    this.numbers.set(key, id);
    this.fresh.push(instrument);
    this.sums.push(0);
    return id;
  }

  private keep(id: number, value: number): void {
    if (this.count === this.ids.length) {
      const [ids, values] = [new Int32Array(2 * this.count), new Float64Array(2 * this.count)];
      ids.set(this.ids);
      values.set(this.values);
      [this.ids, this.values] = [ids, values];
    }
    this.ids[this.count] = id;
    this.values[this.count] = value;
    this.count++;
  }
}

/** The recorder's side. */
export class Receiver {
  private readonly recorder: Recorder;
  private readonly record: ((value: number) => void)[] = [];

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  /**
   * Parcels of one sender, in their order.
   * @throws {ResultsError | RangeError} as the recorder's instruments do
   */
  open({ instruments, ids, values }: Parcel): void {
    for (const { prefix, name, unit } of instruments) {
      const meter = this.recorder.meter(prefix);
      if (unit === undefined) {
        const counter = meter.counter(name);
        this.record.push(by => counter.add(by));
      } else {
        const distribution = meter.distribution(name, unit);
        this.record.push(value => distribution.record(value));
      }
    }
    for (let index = 0; index < ids.length; index++) this.record[ids[index]](values[index]);
  }
}
