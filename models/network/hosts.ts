// The hosts of a run: which node each is on, and what runs there, in flat arrays that the fabric reads for each message.

/** Where messages end. */
export interface Endpoint<M> {
  receive(from: number, message: M): void;
}

/** Hosts by address: 0, 1, 2, ... All are down to begin with. */
export class Hosts<M> {
  /** The node that each host is on. */
  readonly nodeOf: Int32Array;
  /** What receives the messages to each host; undefined while it is down. */
  readonly endpoints: (Endpoint<M> | undefined)[];
  /** Goes up by one at each boot and each crash; what an earlier life has left behind is void. */
  private readonly lives: Int32Array;

  constructor(nodeOf: readonly number[]) {
    this.nodeOf = Int32Array.from(nodeOf);
    this.endpoints = new Array(nodeOf.length).fill(undefined);
    this.lives = new Int32Array(nodeOf.length);
  }

  life(address: number): number {
    return this.lives[address];
  }

  isUp(address: number): boolean {
    return this.endpoints[address] !== undefined;
  }

  /** A host that was up begins a new life, too. */
  boot(address: number, endpoint: Endpoint<M>): void {
    this.lives[address]++;
    this.endpoints[address] = endpoint;
  }

  crash(address: number): void {
    this.lives[address]++;
    this.endpoints[address] = undefined;
  }
}
