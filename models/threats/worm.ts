// A worm: compromise spreads from sliver to node and from node to node, against detection, quarantine and patches.
import type { Counter, Distribution } from '../../protocols/port.ts';
import type { Law } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { EventKind } from '../../sim/simulation.ts';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';
import { select } from '../faults/select.ts';
import { drawSpan } from '../faults/span.ts';
import { range } from '../node/nodes.ts';
import { reach } from '../reach/matrix.ts';
import { daemons } from '../reach/spec.ts';
import type { Stage, Subsystem } from '../subsystem.ts';
import type { Testbed } from '../testbed.ts';
import type { WormSpec } from './spec.ts';

/** How far a node is compromised. */
const CLEAN = 0;
const SLIVER = 1;
const NODE = 2;

/** The nodes that it takes first, and those that it may take. @throws {TestbedError} where it names what is not there */
export function prey(spec: WormSpec, { nodes, seed }: Testbed): { vulnerable: number[]; patients: number[] } {
  const chosen = (key: 'vulnerable' | 'patients') =>
    select(spec[key], nodes, stream(seed, 'worm', key), ['worm', key]);
  return { vulnerable: chosen('vulnerable'), patients: chosen('patients') };
}

export class Worm implements Subsystem {
  private readonly spec: WormSpec;
  private readonly stage: Stage;
  private readonly state: Uint8Array;
  private readonly vulnerable: Uint8Array;
  /** Taken off, until it is clean. */
  private readonly held: Uint8Array;
  /** Down, and to come up when it is clean. */
  private readonly owed: Uint8Array;
  private readonly everTaken: Uint8Array;
  /** Goes up with each infection and each cleaning: what an earlier one has left in the queue is void. */
  private readonly epoch: Int32Array;
  /** Whether its next probe is in the queue: a node that was down for less than the time to it has one still. */
  private readonly planned: Uint8Array;
  private readonly streams: (RandomStream | undefined)[];
  private compromised = 0;
  /** Compromised nodes that are up, and since when so many. */
  private active = 0;
  private activeSince: Nanoseconds = 0;
  private fraction = 0;
  private begun: Nanoseconds = 0;
  private noticed = false;

  private readonly probing: EventKind<undefined>;
  private readonly infecting: EventKind<undefined>;
  private readonly escaping: EventKind<undefined>;
  private readonly detecting: EventKind<undefined>;
  private readonly taking: EventKind<undefined>;
  private readonly returning: EventKind<undefined>;
  private readonly patching: EventKind<undefined>;

  private readonly infections: Counter;
  private readonly lost: Counter;
  private readonly escapes: Counter;
  private readonly quarantined: Counter;
  private readonly patched: Counter;
  private readonly probes: Counter;
  private readonly outside: Counter;
  private readonly contained: Distribution;

  constructor(spec: WormSpec, stage: Stage) {
    this.spec = spec;
    this.stage = stage;
    const { nodes } = stage.testbed;
    this.state = new Uint8Array(nodes.count);
    this.held = new Uint8Array(nodes.count);
    this.owed = new Uint8Array(nodes.count);
    this.everTaken = new Uint8Array(nodes.count);
    this.epoch = new Int32Array(nodes.count);
    this.planned = new Uint8Array(nodes.count);
    this.streams = new Array(nodes.count).fill(undefined);
    this.vulnerable = new Uint8Array(nodes.count);
    const { vulnerable, patients } = prey(spec, stage.testbed);
    for (const node of vulnerable) this.vulnerable[node] = 1;

    const { sim } = stage;
    const ofEpoch = (name: string, act: (node: number) => void): EventKind<undefined> =>
      sim.kind(name, (node, _none, epoch) => {
        if (this.epoch[node] === epoch) act(node);
      });
    this.probing = ofEpoch('worm-probe', node => this.probe(node));
    this.escaping = ofEpoch('worm-escape', node => this.escape(node));
    this.detecting = ofEpoch('worm-detect', node => this.detect(node));
    this.taking = ofEpoch('worm-take', node => this.take(node));
    this.returning = ofEpoch('worm-return', node => this.giveBack(node));
    this.infecting = sim.kind('worm-infect', node => this.infect(node));
    this.patching = sim.kind('worm-patch', node => this.patch(node));

    const meter = stage.instruments.meter('worm');
    this.infections = meter.counter('infections');
    this.lost = meter.counter('lost');
    this.escapes = meter.counter('escapes');
    this.quarantined = meter.counter('quarantined');
    this.patched = meter.counter('patched');
    this.probes = meter.counter('probes');
    this.outside = meter.counter('outside');
    this.contained = meter.distribution('contained', 'ns');
    stage.instruments.gauge('worm.compromised', () => this.compromised);
    stage.instruments.gauge('worm.active', () => {
      this.countOutside();
      return this.active;
    });
    for (const node of patients) sim.post(spec.at, this.infecting, node, undefined);
  }

  nodeDown(node: number): void {
    if (this.state[node] !== CLEAN) this.changeActive(-1);
  }

  /** A node that comes back by itself comes back as it was. */
  nodeUp(node: number): void {
    if (this.state[node] === CLEAN) return;
    this.changeActive(1);
    if (!this.planned[node]) this.planProbe(node);
  }

  mayRestart(node: number): boolean {
    this.owed[node] = this.held[node];
    return this.held[node] === 0;
  }

  private infect(node: number): void {
    const { stage, spec } = this;
    if (this.state[node] !== CLEAN || !this.vulnerable[node] || !stage.testbed.nodes.up[node]) return;
    if (this.compromised === 0) this.begun = stage.sim.now;
    this.compromised++;
    this.changeActive(1);
    this.epoch[node]++;
    this.infections.add();
    if (!this.everTaken[node]) {
      this.everTaken[node] = 1;
      this.lost.add();
    }
    const throughSliver = stage.hostsOn(node).length > 0;
    this.state[node] = throughSliver ? SLIVER : NODE;
    if (throughSliver && spec.escape) this.post(this.escaping, node, spec.escape);
    if (spec.detect) this.post(this.detecting, node, spec.detect);
    this.planProbe(node);
  }

  private escape(node: number): void {
    this.state[node] = NODE;
    this.escapes.add();
  }

  private probe(node: number): void {
    const { stage } = this;
    const { nodes, network } = stage.testbed;
    this.planned[node] = 0;
    if (!nodes.up[node]) return;
    this.probes.add();
    const target = this.targetOf(node);
    if (target !== undefined && this.reaches(node, target)) {
      stage.sim.post(stage.sim.now + network.delay(node, target), this.infecting, target, undefined);
    }
    this.planProbe(node);
  }

  private planProbe(node: number): void {
    this.planned[node] = 1;
    this.post(this.probing, node, this.spec.probe);
  }

  /** Another node: of the own site, or of all. */
  private targetOf(node: number): number | undefined {
    const { nodes } = this.stage.testbed;
    const random = this.random(node);
    const site = nodes.siteOf[node];
    const near = random.uniform() < this.spec.local;
    const [first, end] = near ? [nodes.firstOf[site], nodes.firstOf[site + 1]] : [0, nodes.count];
    if (end - first < 2) return undefined;
    const target = first + random.integer(end - first - 1);
    return target < node ? target : target + 1;
  }

  private reaches(from: number, to: number): boolean {
    const { network, nodes, borders } = this.stage.testbed;
    if (!nodes.up[to] || network.cuts.separate(from, to)) return false;
    const [here, there] = [borders.of[from], borders.of[to]];
    if (here === there && (here < 0 || nodes.siteOf[from] === nodes.siteOf[to])) return true;
    const side = (border: number) => ({ border: borders.specs[border]?.border, transport: daemons });
    return reach(side(here), side(there)) === 'yes';
  }

  private detect(node: number): void {
    const { spec, stage } = this;
    if (!this.noticed && spec.patch) {
      const { after, reach } = spec.patch;
      const released = stage.sim.now + drawSpan(after, stream(stage.testbed.seed, 'worm', 'patch'));
      for (const each of range(0, stage.testbed.nodes.count)) {
        stage.sim.post(released + drawSpan(reach, this.random(each)), this.patching, each, undefined);
      }
    }
    this.noticed = true;
    if (spec.quarantine) this.post(this.taking, node, spec.quarantine.after);
  }

  /** A node that is compromised is taken down; one of which a sliver is, loses its slivers. */
  private take(node: number): void {
    const { stage, spec } = this;
    const { up } = stage.testbed.nodes;
    this.quarantined.add();
    this.held[node] = 1;
    if (this.state[node] === NODE && up[node]) {
      this.owed[node] = 1;
      stage.crash(node);
    } else {
      for (const host of stage.hostsOn(node)) stage.stopSliver(host);
      if (up[node]) this.changeActive(-1);
    }
    this.state[node] = CLEAN;
    this.epoch[node]++;
    this.compromised--;
    if (this.compromised === 0) this.contained.record(stage.sim.now - this.begun);
    this.post(this.returning, node, spec.quarantine!.reinstall);
  }

  /** It comes back clean, and as vulnerable as it was, unless the patch has reached it meanwhile. */
  private giveBack(node: number): void {
    const { stage, owed, held } = this;
    held[node] = 0;
    for (const host of stage.hostsOn(node)) stage.startSliver(host);
    if (owed[node]) stage.recover(node);
    owed[node] = 0;
  }

  private patch(node: number): void {
    if (!this.vulnerable[node]) return;
    this.vulnerable[node] = 0;
    this.patched.add();
  }

  private changeActive(by: number): void {
    this.countOutside();
    this.active += by;
  }

  /** What active nodes have sent to third parties since the last look, in whole packets. */
  private countOutside(): void {
    const { now } = this.stage.sim;
    const sent = this.fraction + (this.active * this.spec.outside * (now - this.activeSince)) / SECOND;
    this.fraction = sent % 1;
    this.activeSince = now;
    this.outside.add(Math.floor(sent));
  }

  private post(kind: EventKind<undefined>, node: number, law: Law): void {
    const { sim } = this.stage;
    sim.post(sim.now + drawSpan(law, this.random(node)), kind, node, undefined, this.epoch[node]);
  }

  private random(node: number): RandomStream {
    const { nodes, seed } = this.stage.testbed;
    this.streams[node] ??= stream(seed, nodes.names[node], 'worm');
    return this.streams[node];
  }
}
