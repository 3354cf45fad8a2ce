// Whom a member uploads to: when it is decided, and by what.
import type { Host, Nanoseconds } from '../port.ts';
import { Choker } from './choker.ts';
import type { Neighbour } from './neighbour.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { SwarmOptions } from './options.ts';

/** The member that uploads. */
export interface Patron {
  /** Whether it has the whole file. */
  complete(): boolean;
  /** A neighbour gets nothing more. */
  stopped(neighbour: Neighbour): void;
  /** It has been decided anew. */
  decided(): void;
}

/**
 * While a member lacks something, a neighbour is worth what came from it in the last 20 s. Afterwards, with `seeding: rate`,
 * what went to it (section 3.5 of Cohen's paper); with `rotate` each is served for four rounds and then makes way, as in later
 * clients (A. Legout, G. Urvoy-Keller, P. Michiardi, "Rarest First and Choke Algorithms Are Enough", IMC 2006, section 2.1).
 */
export class Unchoking {
  private readonly host: Pick<Host<never>, 'now' | 'after' | 'random'>;
  private readonly options: SwarmOptions;
  private readonly neighbourhood: Neighbourhood;
  private readonly patron: Patron;
  private readonly choker: Choker<Neighbour>;
  private rotated: Nanoseconds = 0;
  private over = false;
  private readonly rechokeLater = (): void => this.rechoke();

  constructor(
    host: Pick<Host<never>, 'now' | 'after' | 'random'>,
    options: SwarmOptions,
    neighbourhood: Neighbourhood,
    patron: Patron,
  ) {
    this.host = host;
    this.options = options;
    this.neighbourhood = neighbourhood;
    this.patron = patron;
    this.choker = new Choker<Neighbour>(options.unchoked, {
      worth: neighbour => this.worth(neighbour),
      snubs: neighbour => this.snubs(neighbour),
      random: () => host.random(),
      choke: neighbour => this.choke(neighbour),
      unchoke: neighbour => this.unchoke(neighbour),
    });
  }

  get unchoked(): readonly Neighbour[] {
    return this.choker.unchoked;
  }

  start(): void {
    const { host, options } = this;
    this.rotated = host.now();
    host.after(Math.floor(host.random() * options.rechoke), this.rechokeLater);
  }

  stop(): void {
    this.over = true;
  }

  /** A neighbour wants something now that did not, or no longer. One that is gone wants nothing. */
  interestChanged(neighbour: Neighbour): void {
    if (this.options.role === 'freerider') return;
    if (neighbour.interested) this.choker.offer(neighbour);
    else this.choker.withdraw(neighbour, [...this.neighbourhood.all()]);
  }

  /** Whether a neighbour that has what this member wants has given nothing for a long time. */
  snubs({ wanting, gave }: Neighbour): boolean {
    return !this.patron.complete() && wanting && this.host.now() - gave > this.options.snub;
  }

  private worth({ received, sent, unchokedAt }: Neighbour): number {
    if (!this.patron.complete()) return received.sum(this.host.now());
    return this.options.seeding === 'rate' ? sent.sum(this.host.now()) : unchokedAt;
  }

  private choke(neighbour: Neighbour): void {
    neighbour.choked = true;
    this.patron.stopped(neighbour);
    if (this.neighbourhood.get(neighbour.address) === neighbour) this.neighbourhood.tell(neighbour);
  }

  private unchoke(neighbour: Neighbour): void {
    neighbour.choked = false;
    neighbour.unchokedAt = this.host.now();
    this.neighbourhood.tell(neighbour);
  }

  private rechoke(): void {
    if (this.over) return;
    const { host, options } = this;
    host.after(options.rechoke, this.rechokeLater);
    const now = host.now();
    const rotating = this.patron.complete() && options.seeding === 'rotate';
    const rotate = rotating || now - this.rotated >= options.optimistic;
    if (rotate) this.rotated = now;
    this.choker.rechoke([...this.neighbourhood.all()], rotate);
    this.patron.decided();
  }
}
