// The neighbours of a member: which pieces they have, which of those it lacks, and what it tells them of itself.
import type { Address, Host } from '../port.ts';
import { Bits } from './bits.ts';
import type { Layout } from './layout.ts';
import type { NeighbourMessage, Standing, SwarmMessage } from './messages.ts';
import { Neighbour } from './neighbour.ts';
import type { Picker } from './picker.ts';

/** What follows for the member from what its neighbours have. */
export interface Resident {
  /** A neighbour may have something that it could be asked for. */
  ask(neighbour: Neighbour): void;
  /** A neighbour has everything, and so has the member: they have nothing to do with each other any more. */
  part(neighbour: Neighbour): void;
}

export class Neighbourhood {
  private readonly host: Host<SwarmMessage>;
  private readonly layout: Layout;
  private readonly picker: Picker;
  private readonly resident: Resident;
  private readonly neighbours = new Map<Address, Neighbour>();

  constructor(host: Host<SwarmMessage>, layout: Layout, picker: Picker, resident: Resident) {
    this.host = host;
    this.layout = layout;
    this.picker = picker;
    this.resident = resident;
  }

  get size(): number {
    return this.neighbours.size;
  }

  get(address: Address): Neighbour | undefined {
    return this.neighbours.get(address);
  }

  /** Neighbours may come and go while one goes through them. */
  all(): Iterable<Neighbour> {
    return this.neighbours.values();
  }

  /** A neighbour at random. Undefined where there is none. */
  any(): Address | undefined {
    if (this.size === 0) return undefined;
    return [...this.neighbours.keys()][Math.floor(this.host.random() * this.size)];
  }

  /** How many neighbours have everything. */
  seeds(): number {
    let seeds = 0;
    for (const { have } of this.neighbours.values()) if (have.isFull) seeds++;
    return seeds;
  }

  /** A member has said what it has: it is a neighbour from now on, if it was none. */
  take(address: Address, have: Bits): Neighbour {
    let neighbour = this.neighbours.get(address);
    if (!neighbour) {
      const none = new Bits(this.layout.pieces);
      neighbour = new Neighbour(address, none, this.layout.wholeBlock, this.host.now());
      this.neighbours.set(address, neighbour);
    }
    neighbour.heard = this.host.now();
    neighbour.probed = false;
    this.learn(neighbour, have);
    return neighbour;
  }

  /** @returns the neighbour that is one no longer; undefined where it was none */
  remove(address: Address): Neighbour | undefined {
    const neighbour = this.neighbours.get(address);
    if (!neighbour) return undefined;
    this.neighbours.delete(address);
    this.picker.count(neighbour.have, -1);
    return neighbour;
  }

  /** A neighbour has said all that it has. */
  learn(neighbour: Neighbour, have: Bits): void {
    this.picker.count(neighbour.have, -1);
    neighbour.have = have;
    neighbour.useful = this.picker.count(have, 1);
    if (have.isFull && this.picker.own.isFull) this.resident.part(neighbour);
    else this.weigh(neighbour);
  }

  /** A neighbour has one more piece. */
  learnPiece(neighbour: Neighbour, piece: number): void {
    if (!neighbour.have.add(piece)) return;
    this.picker.held(piece);
    if (this.picker.own.has(piece)) return;
    neighbour.useful++;
    this.weigh(neighbour);
  }

  /** The member has one more piece: tells those who lack it, and those who had nothing else to give. */
  gained(piece: number): void {
    for (const neighbour of this.neighbours.values()) {
      if (neighbour.have.has(piece)) {
        neighbour.useful--;
        this.weigh(neighbour);
      } else if (!this.picker.own.isFull) {
        this.say(neighbour, { type: 'have', ...standing(neighbour), piece });
      }
    }
  }

  /** The member has everything: tells all, and parts with those who have everything too. */
  gainedAll(): void {
    for (const neighbour of this.neighbours.values()) {
      if (neighbour.have.isFull) this.resident.part(neighbour);
      else this.tellAll(neighbour);
    }
  }

  /** Tells those who lack something of all pieces together: of what was said of each, some may have been lost. */
  recount(): void {
    for (const neighbour of this.neighbours.values()) {
      if (!neighbour.have.isFull && neighbour.told !== this.picker.own.count) this.tellAll(neighbour);
    }
  }

  /** Tells a neighbour how the member stands to it. */
  tell(neighbour: Neighbour): void {
    this.say(neighbour, { type: 'status', ...standing(neighbour) });
  }

  say({ address }: Neighbour, message: NeighbourMessage): void {
    this.host.send(address, message);
  }

  /** How the member stands to another, neighbour or not, and what it has. */
  introduction(to: Address) {
    const neighbour = this.neighbours.get(to);
    const known = neighbour ? standing(neighbour) : { choking: true, interested: false };
    return { ...known, have: this.picker.own.toBytes() };
  }

  private tellAll(neighbour: Neighbour): void {
    neighbour.told = this.picker.own.count;
    this.say(neighbour, { type: 'bitfield', ...this.introduction(neighbour.address) });
  }

  /** Tells a neighbour of the member's interest where that has changed; what is of use now may be asked for. */
  private weigh(neighbour: Neighbour): void {
    const interested = neighbour.useful > 0;
    if (interested !== neighbour.wanting) {
      neighbour.wanting = interested;
      if (interested) neighbour.gave = this.host.now();
      this.tell(neighbour);
    }
    if (!neighbour.choking) this.resident.ask(neighbour);
  }
}

/** How the member stands to a neighbour. */
export const standing = ({ choked, wanting }: Neighbour): Standing => ({
  choking: choked,
  interested: wanting,
});
