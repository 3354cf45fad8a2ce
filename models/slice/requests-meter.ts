// What is measured of slices that are asked for: what becomes of requests, and how the load stands on the nodes.
import type { Counter, Distribution } from '../../protocols/port.ts';
import type { Stage } from '../subsystem.ts';
import type { NodeLoads } from './node-loads.ts';

export class RequestsMeter {
  readonly asked: Counter;
  readonly admitted: Counter;
  readonly renewed: Counter;
  readonly expired: Counter;
  readonly moved: Counter;
  readonly nodes: Distribution;
  readonly got: Distribution;
  private readonly refused: Counter;
  private readonly reasons: Readonly<Record<'size' | 'room', Counter>>;
  private readonly among: readonly number[];
  private readonly loads: NodeLoads;
  private readonly up: Uint8Array;

  /** @param active how many slices hold a lease */
  constructor(stage: Stage, among: readonly number[], loads: NodeLoads, active: () => number) {
    this.among = among;
    this.loads = loads;
    this.up = stage.testbed.nodes.up;
    const meter = stage.instruments.meter('requests');
    this.asked = meter.counter('asked');
    this.admitted = meter.counter('admitted');
    this.refused = meter.counter('refused');
    this.reasons = { size: meter.counter('refused.size'), room: meter.counter('refused.room') };
    this.renewed = meter.counter('renewed');
    this.expired = meter.counter('expired');
    this.moved = meter.counter('moved');
    this.nodes = meter.distribution('nodes', 'count');
    this.got = meter.distribution('got', 'ratio');
    stage.instruments.gauge('requests.active', active);
    stage.instruments.gauge('requests.busiest', () => this.extremes().most, 'ratio');
    stage.instruments.gauge('requests.imbalance', () => this.imbalance(), 'ratio');
    stage.instruments.gauge('requests.present', () => this.present(), 'ratio');
  }

  refuse(reason: 'size' | 'room'): void {
    this.refused.add();
    this.reasons[reason].add();
  }

  /** Looks at what every sliver gets on the nodes that are up. */
  review(reserved: boolean): void {
    const tell = (got: number) => this.got.record(got);
    for (const node of this.among) {
      if (this.up[node] && this.loads.on(node).size > 0) this.loads.divide(node, reserved, tell);
    }
  }

  /** Of the loads of nodes that are up. */
  private extremes(): { most: number; mean: number } {
    let [most, sum, count] = [0, 0, 0];
    for (const node of this.among) {
      if (!this.up[node]) continue;
      const load = this.loads.of(node);
      most = Math.max(most, load);
      sum += load;
      count++;
    }
    return { most, mean: count > 0 ? sum / count : 0 };
  }

  private imbalance(): number {
    const { most, mean } = this.extremes();
    return mean > 0 ? most / mean : 1;
  }

  private present(): number {
    let [slivers, running] = [0, 0];
    for (const node of this.among) {
      slivers += this.loads.on(node).size;
      if (this.up[node]) running += this.loads.on(node).size;
    }
    return slivers > 0 ? running / slivers : 1;
  }
}
