// A slice that floods a third party: the complaint, the audit that leads from the packet back to the slice, and the cap.
import { closest } from 'fastest-levenshtein';
import type { Counter, Distribution } from '../../protocols/port.ts';
import type { Law } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { EventKind } from '../../sim/simulation.ts';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import { drawSpan } from '../faults/span.ts';
import type { Stage, Subsystem } from '../subsystem.ts';
import type { Testbed } from '../testbed.ts';
import { FlowLog } from './flow-log.ts';
import type { FloodSpec } from './spec.ts';

const VICTIM = 'victim';

/** @throws {TestbedError} where there is no such slice */
export function checkFlood({ slice }: FloodSpec, { slices }: Testbed): void {
  const names = slices.map(({ spec }) => spec.name);
  if (names.includes(slice)) return;
  throw new TestbedError(
    ['flood', 'slice'],
    `"${slice}"`,
    `a slice: ${names.join(', ')}`,
    closest(slice, names),
  );
}

export class Flood implements Subsystem {
  private readonly spec: FloodSpec;
  private readonly stage: Stage;
  private readonly log: FlowLog;
  private readonly random: RandomStream;
  /** Packets per second to the third party, by host. */
  private readonly rates: Float64Array;
  private readonly caps: Float64Array;
  private readonly up: Uint8Array;
  private total = 0;
  private countedAt: Nanoseconds = 0;
  private fraction = 0;
  private identified = false;
  /** Slivers of the slice that floods which the finding has not reached yet. */
  private unreached = 0;
  private floodRate = 0;

  private readonly capping: EventKind<undefined>;
  private readonly packets: Counter;
  private readonly complaints: Counter;
  private readonly untraced: Counter;
  private readonly wronged: Counter;
  private readonly found: Distribution;
  private readonly contained: Distribution;

  constructor(spec: FloodSpec, stage: Stage) {
    this.spec = spec;
    this.stage = stage;
    const { testbed, slivers, sim, instruments } = stage;
    this.log = new FlowLog(testbed.nodes.count, spec.audit.sample);
    this.random = stream(testbed.seed, 'flood');
    this.rates = new Float64Array(slivers.names.length);
    this.caps = new Float64Array(slivers.names.length).fill(Infinity);
    this.up = Uint8Array.from(slivers.nodeOf, node => testbed.nodes.up[node]);
    const meter = instruments.meter('flood');
    this.packets = meter.counter('packets');
    this.complaints = meter.counter('complaints');
    this.untraced = meter.counter('untraced');
    this.wronged = meter.counter('wronged');
    this.found = meter.distribution('identified', 'ns');
    this.contained = meter.distribution('contained', 'ns');
    instruments.gauge('flood.rate', () => {
      this.count();
      return this.floodRate;
    });
    this.capping = sim.kind('flood-cap', host => this.cap(host));
    const start = sim.kind<undefined>('flood', () => this.begin());
    sim.post(spec.at, start, -1, undefined);
  }

  nodeDown(node: number): void {
    for (const host of this.stage.hostsOn(node)) {
      this.up[host] = 0;
      this.send(host);
    }
  }

  nodeUp(node: number): void {
    for (const host of this.stage.hostsOn(node)) {
      this.up[host] = 1;
      this.send(host);
    }
  }

  private begin(): void {
    for (const host of this.stage.slivers.names.keys()) this.send(host);
    this.later(this.spec.complaint, () => this.complain());
  }

  private isFlooding(host: number): boolean {
    return this.stage.slivers.specs[host].name === this.spec.slice;
  }

  /** Whether the third party sees another address than the sliver's. */
  private forges(host: number): boolean {
    const { raw = true } = this.stage.slivers.specs[host];
    return this.spec.forged && raw && this.isFlooding(host);
  }

  /** A sliver sends at what it wants and may from now on. */
  private send(host: number): void {
    const { sim, slivers } = this.stage;
    if (sim.now < this.spec.at) return;
    const wanted = this.isFlooding(host) ? this.spec.rate : this.spec.background;
    const rate = this.up[host] ? Math.min(wanted, this.caps[host]) : 0;
    if (rate === this.rates[host]) return;
    this.count();
    const [node, slice] = [slivers.nodeOf[host], slivers.specs[host].name];
    if (this.rates[host] > 0) this.log.end(node, slice, sim.now);
    if (rate > 0) this.log.begin(node, slice, VICTIM, rate, sim.now);
    this.total += rate - this.rates[host];
    if (this.isFlooding(host)) this.floodRate += rate - this.rates[host];
    this.rates[host] = rate;
  }

  /** The third party names a node that packets come from, or seem to, drawn by how many do. Without one it waits for more. */
  private complain(): void {
    const { sim, slivers, testbed } = this.stage;
    const host = this.offender();
    if (host === undefined) {
      this.later(this.spec.complaint, () => this.complain());
      return;
    }
    this.complaints.add();
    const at = sim.now;
    const node = this.forges(host) ? this.random.integer(testbed.nodes.count) : slivers.nodeOf[host];
    this.later(this.spec.audit.search, () => this.audit(node, at));
  }

  private offender(): number | undefined {
    let left = this.random.uniform() * this.total;
    for (const [host, rate] of this.rates.entries()) {
      left -= rate;
      if (rate > 0 && left < 0) return host;
    }
    return undefined;
  }

  private audit(node: number, complainedAt: Nanoseconds): void {
    const { window } = this.spec.audit;
    const [first] = this.log.search(node, VICTIM, complainedAt - window, complainedAt, this.random);
    if (first === undefined) this.untraced.add();
    else if (first.slice === this.spec.slice) this.identify();
    else this.wronged.add();
    if (!this.identified) this.later(this.spec.complaint, () => this.complain());
  }

  private identify(): void {
    const { sim, slivers } = this.stage;
    this.identified = true;
    this.found.record(sim.now - this.spec.at);
    for (const host of slivers.names.keys()) {
      if (!this.isFlooding(host)) continue;
      this.unreached++;
      sim.post(sim.now + drawSpan(this.spec.reach, this.random), this.capping, host, undefined);
    }
  }

  private cap(host: number): void {
    const { stage, spec } = this;
    this.caps[host] = spec.cap;
    this.send(host);
    if (spec.cap === 0) stage.stopSliver(host);
    if (--this.unreached === 0) this.contained.record(stage.sim.now - spec.at);
  }

  /** What the third party has received since the last look, in whole packets. */
  private count(): void {
    const { now } = this.stage.sim;
    const sent = this.fraction + (this.total * (now - this.countedAt)) / SECOND;
    this.fraction = sent % 1;
    this.countedAt = now;
    this.packets.add(Math.floor(sent));
  }

  private later(law: Law, run: () => void): void {
    this.stage.sim.after(drawSpan(law, this.random), run);
  }
}
