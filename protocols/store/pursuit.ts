// A pursuit: attempts at a key under its latest configuration, until one succeeds or it is clear that none will.
import type { Nanoseconds } from '../port.ts';
import type { Link } from './link.ts';
import type { Locator } from './locator.ts';
import type { Configuration } from './messages.ts';
import type { Answers } from './round.ts';

/** Pauses between attempts begin so long, and double. */
const FIRST_PAUSE: Nanoseconds = 100e6;

/** `lost`: so many members have lost what they held that no quorum is left, and no later configuration is known around. */
export type End = 'succeeded' | 'failed' | 'lost';

/** One attempt. It calls `ended` once: with nothing where it succeeded, else with the answers that did not suffice. */
export type Attempt = (config: Configuration, ended: Ended) => void;

export type Ended = (insufficient?: Pick<Answers, 'newer' | 'gone'>) => void;

export interface PursuitSpec {
  readonly key: number;
  /** Nanoseconds after which no attempt is begun, and none counts as a success. */
  readonly timeout: Nanoseconds;
  /** Members that an attempt needs. */
  readonly need: number;
  readonly attempt: Attempt;
  readonly done: (end: End) => void;
}

export class Pursuit {
  private readonly link: Link;
  private readonly locator: Locator;
  private readonly spec: PursuitSpec;
  private readonly deadline: Nanoseconds;
  private pause = FIRST_PAUSE;

  constructor(link: Link, locator: Locator, spec: PursuitSpec) {
    this.link = link;
    this.locator = locator;
    this.spec = spec;
    this.deadline = link.now() + spec.timeout;
  }

  run(): void {
    const { key, attempt, done } = this.spec;
    if (this.overdue) {
      done('failed');
      return;
    }
    const config = this.locator.known(key);
    if (!config) {
      this.search(-1, false);
      return;
    }
    attempt(config, answers => {
      if (!answers) done(this.overdue ? 'failed' : 'succeeded');
      else this.failed(config, answers);
    });
  }

  private get overdue(): boolean {
    return this.link.now() > this.deadline;
  }

  private failed(config: Configuration, { newer, gone }: Pick<Answers, 'newer' | 'gone'>): void {
    if (newer) {
      this.locator.learn(this.spec.key, newer);
      this.run();
    } else this.search(config.epoch, config.members.length - gone < this.spec.need);
  }

  /** @param hopeless under the configuration `epoch` no attempt can succeed any more */
  private search(epoch: number, hopeless: boolean): void {
    this.locator.find(this.spec.key, epoch, found => {
      if (found) this.run();
      else if (hopeless) this.spec.done('lost');
      else {
        this.link.after(this.pause * (0.5 + this.link.random()), () => this.run());
        this.pause *= 2;
      }
    });
  }
}
