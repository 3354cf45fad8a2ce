// A simulation that remembers who asked for each event: slower, for those who look for the cause of one.
import type { EventId } from './event-queue.ts';
import { type EventKind, type Handler, Simulation } from './simulation.ts';
import type { Nanoseconds } from './time.ts';

/** A subject, and where it was posted; the stack is written out when somebody reads it. */
interface Caused {
  readonly subject: unknown;
  readonly origin: Error;
}

export class CausalSimulation extends Simulation {
  /** Where the event that runs, or ran last, was asked for. Undefined before the first. */
  declare origin: Error | undefined;

  override kind<S>(name: string, handler: Handler<S>): EventKind<S> {
    const unwrapped: Handler<Caused> = (host, { subject, origin }, x, y) => {
      this.origin = origin;
      handler(host, subject as S, x, y);
    };
    return super.kind(name, unwrapped) as unknown as EventKind<S>;
  }

  override post<S>(time: Nanoseconds, kind: EventKind<S>, host: number, subject: S, x = 0, y = 0): void {
    super.post(time, kind, host, this.caused(subject), x, y);
  }

  override schedule<S>(
    time: Nanoseconds,
    kind: EventKind<S>,
    host: number,
    subject: S,
    x = 0,
    y = 0,
  ): EventId {
    return super.schedule(time, kind, host, this.caused(subject), x, y);
  }

  private caused<S>(subject: S): S {
    return { subject, origin: new Error('asked for') } as unknown as S;
  }
}
