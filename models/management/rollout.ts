// The roll-out of an image: waves of nodes, a look at their health after each, and the way back where they are not well.
import type { Counter, Distribution } from '../../protocols/port.ts';
import { stream } from '../../sim/random.ts';
import type { EventKind } from '../../sim/simulation.ts';
import { MINUTE } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import { drawSpan } from '../faults/span.ts';
import type { Nodes } from '../node/nodes.ts';
import type { Stage } from '../subsystem.ts';
import type { Authority } from './authority.ts';
import { phases } from './node-states.ts';
import { NodeStreams } from './node-streams.ts';
import type { RolloutSpec } from './spec.ts';
import type { Upkeep } from './upkeep.ts';

/** How long the authority's absence puts a wave off, each time. */
const ASKS_AGAIN = MINUTE;

const OLD = 0;
const NEW = 1;

/**
 * A wave is settled when all of its nodes that are up run the image, and none is on its way there. So long after, those told so far
 * that stand in failboot are compared with the threshold.
 *
 * Counts `rollout.updated` (images that a node has put on, either way), `rollout.hurt` (nodes that the image broke, once each),
 * `rollout.halts`; measures `rollout.done` (ns: from the beginning until the last wave was found well, or all that are up have
 * the old image back).
 */
export class Rollout {
  private readonly spec: RolloutSpec;
  private readonly stage: Stage;
  private readonly authority: Authority;
  private readonly upkeep: Upkeep;
  private readonly tell: (node: number) => void;
  /** By node: in which wave it is; past the last one where in none. */
  private readonly waveOf: Int32Array;
  private readonly waves: number;
  private wave = -1;
  /** By node: the image that it has, and that it is to have. */
  private readonly has: Uint8Array;
  private readonly wanted: Uint8Array;
  /** By node: it is on its way to an image. */
  private readonly changing: Uint8Array;
  /** By node: the image breaks it. */
  private readonly bad: Uint8Array;
  private readonly hurt: Uint8Array;
  private settled = false;
  private halted = false;
  private over = false;
  private readonly random: NodeStreams;
  private readonly showing: EventKind<undefined>;
  private readonly updated: Counter;
  private readonly hurts: Counter;
  private readonly halts: Counter;
  private readonly done: Distribution;

  /**
   * @param tell there is an order for a node: another image
   * @throws {TestbedError} where there are no such groups
   */
  constructor(
    spec: RolloutSpec,
    stage: Stage,
    authority: Authority,
    upkeep: Upkeep,
    tell: (node: number) => void,
  ) {
    const { sim, testbed, instruments } = stage;
    const { names, count } = testbed.nodes;
    this.spec = spec;
    this.stage = stage;
    this.authority = authority;
    this.upkeep = upkeep;
    this.tell = tell;
    this.random = new NodeStreams(testbed, 'rollout');
    [this.has, this.wanted, this.changing, this.hurt] = [0, 1, 2, 3].map(() => new Uint8Array(count));
    this.bad = Uint8Array.from(names, (_, node) => Number(this.random.of(node).uniform() < spec.bad));
    this.waveOf = wavesOf(spec, testbed.nodes, testbed.seed);
    this.waves = Array.isArray(spec.waves) ? spec.waves.length : Math.max(...this.waveOf) + 1;
    const meter = instruments.meter('management');
    this.updated = meter.counter('rollout.updated');
    this.hurts = meter.counter('rollout.hurt');
    this.halts = meter.counter('rollout.halts');
    this.done = meter.distribution('rollout.done', 'ns');
    instruments.gauge(
      'management.rollout.share',
      () => this.has.reduce((sum, image) => sum + image, 0) / count,
      'ratio',
    );
    this.showing = sim.kind('management-bad-image', node => this.show(node));
    sim.at(spec.at, () => this.begin());
  }

  /** A node has been told that it is to have another image. */
  told(node: number): void {
    const { upkeep } = this;
    if (this.has[node] === this.wanted[node] || !upkeep.states.isUp(node)) return;
    this.changing[node] = 1;
    if (this.spec.how === 'reinstall') upkeep.reinstall(node);
    else upkeep.boots.fetch(node, () => upkeep.reboot(node));
  }

  /** A node is up. */
  cameUp(node: number, installed: boolean): void {
    const { has, wanted, bad } = this;
    const puts = installed || this.changing[node];
    this.changing[node] = 0;
    if (puts && has[node] !== wanted[node]) {
      has[node] = wanted[node];
      this.updated.add();
    }
    if (has[node] === NEW && bad[node]) {
      const { sim } = this.stage;
      sim.post(sim.now + drawSpan(this.spec.shows, this.random.of(node)), this.showing, node, undefined);
    }
    if (has[node] !== wanted[node]) this.tell(node);
    this.look();
  }

  /** A node is down, or in failboot. */
  wentDown(node: number): void {
    const phase = this.upkeep.states.phase[node];
    if (phase !== phases.booting && phase !== phases.installing) this.changing[node] = 0;
    this.look();
  }

  private begin(): void {
    if (!this.authority.up) {
      this.stage.sim.after(ASKS_AGAIN, () => this.begin());
      return;
    }
    this.wave++;
    this.settled = false;
    for (const [node, wave] of this.waveOf.entries()) if (wave === this.wave) this.want(node, NEW);
    this.look();
  }

  private want(node: number, image: number): void {
    this.wanted[node] = image;
    if (this.has[node] !== image && this.upkeep.states.isUp(node)) this.tell(node);
  }

  private show(node: number): void {
    if (this.has[node] !== NEW || !this.upkeep.states.isUp(node)) return;
    if (!this.hurt[node]) this.hurts.add();
    this.hurt[node] = 1;
    this.upkeep.breakDown(node);
  }

  /** Whether a wave is settled, or the way back is at its end. */
  private look(): void {
    if (this.wave < 0 || this.settled || this.over) return;
    const { has, wanted, changing, upkeep } = this;
    for (const [node, wave] of this.waveOf.entries()) {
      if (wave > this.wave) continue;
      if (changing[node] || (upkeep.states.isUp(node) && has[node] !== wanted[node])) return;
    }
    this.settled = true;
    if (this.halted) this.finish();
    else this.stage.sim.after(this.spec.soak, () => this.examine());
  }

  private examine(): void {
    const told = [...this.waveOf.keys()].filter(node => this.waveOf[node] <= this.wave);
    const failed = told.filter(node => this.upkeep.states.phase[node] === phases.failed);
    if (failed.length > this.spec.threshold * told.length) this.halt(told, failed);
    else if (this.wave + 1 < this.waves) this.begin();
    else this.finish();
  }

  private halt(told: readonly number[], failed: readonly number[]): void {
    this.halts.add();
    this.halted = true;
    if (!this.spec.rollback) {
      this.finish();
      return;
    }
    this.settled = false;
    for (const node of told) this.want(node, OLD);
    for (const node of failed) {
      this.changing[node] = 1;
      this.upkeep.reinstall(node);
    }
    this.look();
  }

  private finish(): void {
    this.over = true;
    this.done.record(this.stage.sim.now - this.spec.at);
  }
}

/** The wave of each node: drawn by its name, or by its group. @throws {TestbedError} where there are no such groups */
export function wavesOf({ waves }: RolloutSpec, { names, groups }: Nodes, seed: string): Int32Array {
  if ('groups' in waves) {
    const found = groups.get(waves.groups);
    if (found) return found.of;
    const known = [...groups.keys()].join(', ') || 'none';
    throw new TestbedError(
      ['management', 'rollout', 'groups'],
      `"${waves.groups}"`,
      `a kind of groups that the key groups describes: ${known}`,
    );
  }
  return Int32Array.from(names, name => {
    const place = stream(seed, name, 'management', 'wave').uniform();
    const wave = waves.findIndex(share => place < share);
    return wave < 0 ? waves.length : wave;
  });
}
