// SWIM members on a network in memory, and what an onlooker who sees them all can say.
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import type { Status, SwimMessage, Update } from '../../protocols/swim/messages.ts';
import { type SwimOptions, swimOptions } from '../../protocols/swim/options.ts';
import { Swim } from '../../protocols/swim/swim.ts';
import { type Conditions, TestNetwork } from './harness.ts';

export interface Change {
  readonly at: number;
  readonly self: Address;
  readonly member: Address;
  readonly status: Status;
  readonly firsthand: boolean;
}

export class SwimGroup {
  readonly network: TestNetwork<SwimMessage>;
  readonly options: SwimOptions;
  readonly nodes = new Map<Address, Swim>();
  changes: Change[] = [];

  constructor(seed: string, conditions: Conditions, given: object = {}) {
    this.network = new TestNetwork(seed, conditions);
    this.options = withDefaults(swimOptions, given);
  }

  /** Starts a member, or a crashed one afresh. @param known others that it knows; through the directory where left out */
  add(address: Address, known?: readonly Update[], listed?: readonly Address[]): void {
    const node = this.network.add(
      address,
      (host, directory, meter) => {
        const made = new Swim(host, this.options, directory, meter, (self, member, status, firsthand) =>
          this.changes.push({ at: this.network.clock.now, self, member, status, firsthand }),
        );
        if (known) made.adopt(known);
        return made;
      },
      listed,
    );
    this.nodes.set(address, node);
  }

  /** Starts members 0 .. size - 1, each of which knows all. */
  assemble(size: number): void {
    const all = Array.from(
      { length: size },
      (_, member): Update => ({ member, status: 'alive', incarnation: 0 }),
    );
    for (const { member } of all) this.add(member, all);
  }

  crash(address: Address): void {
    this.network.crash(address);
    this.nodes.delete(address);
  }

  /** What the living believe of the living and the dead that is not so. */
  errors(): string[] {
    const errors: string[] = [];
    for (const [self, { members }] of this.nodes) {
      for (const { member, status } of members.list()) {
        if (status !== 'alive' || !this.nodes.has(member))
          errors.push(`${self} takes ${member} for ${status}`);
      }
      for (const other of this.nodes.keys()) {
        const known = members.get(other);
        if (other !== self && (!known || known.status === 'dead')) errors.push(`${self} misses ${other}`);
      }
    }
    return errors;
  }
}
