// Mobility in a plane: rendezvous, attachment points and correspondents at chosen places, and what identities received.

import type { AttachmentPoint, Delivery } from '../../protocols/mobility/attachment.ts';
import { observedMobility } from '../../protocols/mobility/definition.ts';
import type { MobilityMessage } from '../../protocols/mobility/messages.ts';
import { mobilityOptions } from '../../protocols/mobility/options.ts';
import type { Rendezvous } from '../../protocols/mobility/rendezvous.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

export interface Received extends Delivery {
  readonly time: number;
}

/** Addresses: rendezvous from 0, attachment points from 100, correspondents from 1000. */
export class World {
  readonly network: TestNetwork<MobilityMessage>;
  readonly received: Received[] = [];
  readonly rendezvous: Rendezvous[] = [];
  readonly points: AttachmentPoint[] = [];
  private readonly homes: Address[];
  private readonly given: object;
  private readonly definition = observedMobility(delivery =>
    this.received.push({ ...delivery, time: this.network.clock.now }),
  );

  constructor(seed: string, conditions: Conditions, size: Size, given: object = {}) {
    this.network = new TestNetwork(seed, conditions);
    this.given = given;
    this.homes = Array.from({ length: size.rendezvous ?? 1 }, (_, i) => i);
    for (const address of this.homes) this.startRendezvous(address);
    for (let i = 0; i < size.points; i++)
      this.points.push(this.start(100 + i, 'attachment') as AttachmentPoint);
    for (let i = 0; i < (size.correspondents ?? 1); i++) this.start(1000 + i, 'correspondent');
  }

  startRendezvous(address: Address): void {
    this.rendezvous[Number(address)] = this.start(address, 'rendezvous') as Rendezvous;
  }

  sample(metric: string): number[] {
    return this.network.meter.sample(metric);
  }

  count(metric: string): number {
    return this.network.meter.count(metric);
  }

  mean(metric: string): number {
    const values = this.sample(metric);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  /** What was measured so far is forgotten, and so is what was received. */
  forget(): void {
    for (const values of this.network.meter.values.values()) values.length = 0;
    this.network.meter.counts.clear();
    this.received.length = 0;
  }

  private start(address: Address, role: string): unknown {
    const options = withDefaults(mobilityOptions, { ...this.given, role });
    return this.network.add(
      address,
      (host, directory, meter) => this.definition.create(host, options, directory, meter),
      this.homes,
    );
  }
}

interface Size {
  rendezvous?: number;
  points: number;
  correspondents?: number;
}

/** An age: no identity moves within a test. */
export const NEVER = 1e6 * SECOND;
