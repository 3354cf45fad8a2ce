// The identities of an attachment point: those that are there, those that are on their way out, and where others went.
import type { Address, Nanoseconds } from '../port.ts';

/** An identity at this point. */
export interface Resident {
  readonly identity: number;
  readonly sequence: number;
  readonly since: Nanoseconds;
  /** Whether the rendezvous has acknowledged it. */
  registered: boolean;
}

/** An identity on its way to another point. */
export interface Departure {
  readonly identity: number;
  readonly sequence: number;
  /** Until then it is still reached here. */
  readonly reached: Nanoseconds;
}

interface Trace {
  readonly to: Address;
  readonly until: Nanoseconds;
}

/** An identity is in at most one of these states; of one that never was here nothing is known. */
export class Residents {
  private readonly here = new Map<number, Resident>();
  private readonly leaving = new Map<number, Departure>();
  private readonly traces = new Map<number, Trace>();
  /** The last sequence number under which an identity was here. */
  private readonly last = new Map<number, number>();

  all(): Iterable<Resident> {
    return this.here.values();
  }

  get(identity: number): Resident | undefined {
    return this.here.get(identity);
  }

  /** Whether this very stay goes on. */
  has(resident: Resident): boolean {
    return this.here.get(resident.identity) === resident;
  }

  departure(identity: number): Departure | undefined {
    return this.leaving.get(identity);
  }

  /** Where an identity went. Undefined also where that is too long ago. */
  trace(identity: number, now: Nanoseconds): Address | undefined {
    const trace = this.traces.get(identity);
    if (!trace || trace.until > now) return trace?.to;
    this.traces.delete(identity);
    return undefined;
  }

  /** An identity has come. @returns undefined where it had come before, or was here since under a later number */
  admit(identity: number, sequence: number, now: Nanoseconds): Resident | undefined {
    const last = this.last.get(identity);
    if (last !== undefined && last >= sequence) return undefined;
    const resident = { identity, sequence, since: now, registered: false };
    this.last.set(identity, sequence);
    this.leaving.delete(identity);
    this.traces.delete(identity);
    this.here.set(identity, resident);
    return resident;
  }

  /** An identity sets out. @param reached until then it is still reached here */
  release({ identity, sequence }: Resident, reached: Nanoseconds): Departure {
    const departure = { identity, sequence, reached };
    this.here.delete(identity);
    this.leaving.set(identity, departure);
    return departure;
  }

  /** An identity that set out is where it was going to. */
  arrived({ identity }: Departure, to: Address, until: Nanoseconds): void {
    this.leaving.delete(identity);
    this.traces.set(identity, { to, until });
  }

  /** An identity that set out found nobody there: it goes on under the next sequence number. */
  astray({ identity, sequence }: Departure): Departure {
    const departure = { identity, sequence: sequence + 1, reached: 0 };
    this.leaving.set(identity, departure);
    return departure;
  }

  /** An identity is known to be elsewhere, nobody here knows where. */
  forget({ identity }: Resident): void {
    this.here.delete(identity);
  }
}
