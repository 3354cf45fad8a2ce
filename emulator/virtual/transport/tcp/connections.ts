// The connections of a host by their ends, and those ends that rest after a connection (TIME_WAIT).
import { type Nanoseconds, SECOND } from '../../../../sim/time.ts';
import type { Address } from '../addresses.ts';
import type { Kernel } from '../kernel.ts';
import { ACK, type Ends, RST, Segment, SYN } from '../packet.ts';
import type { Connection, Registry } from './connection.ts';

/** As on Linux. */
const TIME_WAIT: Nanoseconds = 60 * SECOND;

/** All that is kept of a connection that rests. */
class Resting implements Ends {
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  until: Nanoseconds;
  private readonly sequence: number;
  private readonly acknowledgment: number;
  private readonly window: number;

  constructor(connection: Connection, until: Nanoseconds) {
    this.source = connection.source;
    this.destination = connection.destination;
    this.sourcePort = connection.sourcePort;
    this.destinationPort = connection.destinationPort;
    this.until = until;
    this.sequence = connection.sender!.next;
    this.acknowledgment = connection.receiver!.next;
    this.window = connection.receiver!.advertise(1);
  }

  /** The segment begins a new connection: no old one, that was late, could. */
  reopens({ flags, sequence }: Segment): boolean {
    return (flags & (SYN | ACK)) === SYN && sequence > this.acknowledgment;
  }

  answer(): Segment {
    return new Segment(this, this.sequence, this.acknowledgment, ACK, this.window);
  }
}

type Entry = Connection | Resting;

export class Connections implements Registry {
  private readonly kernel: Kernel;
  /** By the two ports; those few that have them in common with another address stand in one list. */
  private readonly entries = new Map<number, Entry[]>();
  /** In the order in which their time is up. No event is spent on it: the list is looked through when it grows. */
  private readonly resting = new Set<Resting>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** All connections but those that rest. */
  *all(): Iterable<Connection> {
    for (const list of this.entries.values()) {
      for (const entry of [...list]) if (!(entry instanceof Resting)) yield entry;
    }
  }

  add(connection: Connection): void {
    this.insert(connection);
  }

  remove(entry: Entry): void {
    const key = keyOf(entry.sourcePort, entry.destinationPort);
    const list = this.entries.get(key);
    const index = list?.indexOf(entry) ?? -1;
    if (!list || index < 0) return;
    if (list.length === 1) this.entries.delete(key);
    else list.splice(index, 1);
  }

  rest(connection: Connection): void {
    const { now } = this.kernel;
    this.remove(connection);
    for (const old of this.resting) {
      if (old.until > now) break;
      this.wake(old);
    }
    const resting = new Resting(connection, now + TIME_WAIT);
    this.resting.add(resting);
    this.insert(resting);
  }

  /** No connection has these ends, nor do they rest. */
  isFree(ends: Ends): boolean {
    return this.find(ends.source, ends.sourcePort, ends.destination, ends.destinationPort) === undefined;
  }

  /** @returns whether the segment was for a connection, or for one that has been */
  receive(segment: Segment): boolean {
    const { source, sourcePort, destination, destinationPort } = segment;
    const entry = this.find(destination, destinationPort, source, sourcePort);
    if (entry === undefined) return false;
    if (!(entry instanceof Resting)) entry.receive(segment);
    else if (entry.reopens(segment)) {
      this.wake(entry);
      return false;
    } else if ((segment.flags & RST) !== 0) this.wake(entry);
    else if (segment.end > segment.sequence) this.restOn(entry);
    return true;
  }

  /** The other side has not heard that its FIN has come. */
  private restOn(resting: Resting): void {
    resting.until = this.kernel.now + TIME_WAIT;
    this.resting.delete(resting);
    this.resting.add(resting);
    this.kernel.internet.transmit(this.kernel.host, resting.answer());
  }

  private wake(resting: Resting): void {
    this.resting.delete(resting);
    this.remove(resting);
  }

  private find(local: Address, localPort: number, remote: Address, remotePort: number): Entry | undefined {
    const list = this.entries.get(keyOf(localPort, remotePort));
    const entry = list?.find(({ source, destination }) => source === local && destination === remote);
    if (!(entry instanceof Resting) || entry.until > this.kernel.now) return entry;
    this.wake(entry);
    return undefined;
  }

  private insert(entry: Entry): void {
    const key = keyOf(entry.sourcePort, entry.destinationPort);
    const list = this.entries.get(key);
    if (list) list.push(entry);
    else this.entries.set(key, [entry]);
  }
}

function keyOf(localPort: number, remotePort: number): number {
  return localPort * 65536 + remotePort;
}
