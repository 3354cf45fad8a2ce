// Locating: which configuration a key has, as far as it is known here, or to those who follow the key on the ring.
import { sampleOther } from '../members.ts';
import type { Address, Directory } from '../port.ts';
import type { Disk } from './disk.ts';
import type { Link } from './link.ts';
import type { Membership } from './membership.ts';
import type { Configuration } from './messages.ts';

/** Configurations that are remembered, those learnt last. */
const REMEMBERED = 4096;

/** Listed hosts that a client asks for the ring, one after the other. */
const CONTACTS = 3;

/** Hosts past a key that are asked for it, as a multiple of N: it may lag behind the ring. */
const REACH = 2;

export interface LocatorParts {
  readonly link: Link;
  readonly disk: Disk;
  /** Undefined for a client: it asks a listed host who is on the ring. */
  readonly membership: Membership | undefined;
  readonly directory: Directory;
  /** N. */
  readonly replicas: number;
}

export class Locator {
  private readonly parts: LocatorParts;
  private readonly learnt = new Map<number, Configuration>();

  constructor(parts: LocatorParts) {
    this.parts = parts;
  }

  /** The latest configuration of a key that was heard of. */
  known(key: number): Configuration | undefined {
    const [own, learnt] = [this.parts.disk.config(key), this.learnt.get(key)];
    return own && learnt ? (learnt.epoch > own.epoch ? learnt : own) : (own ?? learnt);
  }

  learn(key: number, config: Configuration): void {
    const known = this.known(key);
    if (known && known.epoch >= config.epoch) return;
    this.learnt.delete(key);
    this.learnt.set(key, config);
    if (this.learnt.size > REMEMBERED) this.learnt.delete(this.learnt.keys().next().value!);
  }

  /** Hosts that follow a key on the ring and are believed alive, twice N where there are so many. */
  around(key: number): Address[] {
    const { membership, replicas } = this.parts;
    return membership?.successors(key, REACH * replicas) ?? [];
  }

  /** As `around`, by way of a listed host where this one is a client; nobody where none answers. */
  candidates(key: number, done: (candidates: readonly Address[]) => void): void {
    if (this.parts.membership) done(this.around(key));
    else this.askContact(key, CONTACTS, done);
  }

  /**
   * Asks around for a configuration of a key later than `epoch`.
   * @param done runs once, with the first that is heard of, or undefined where everyone asked has said what they know
   */
  find(key: number, epoch: number, done: (config: Configuration | undefined) => void): void {
    this.candidates(key, candidates => {
      let left = candidates.length;
      let ended = false;
      const end = (config: Configuration | undefined): void => {
        if (!ended) done(config);
        ended = true;
      };
      if (left === 0) end(undefined);
      for (const candidate of candidates) {
        this.parts.link.call(candidate, { type: 'locate', key }, reply => {
          left--;
          const config = reply?.type === 'located' ? reply.config : null;
          if (config) this.learn(key, config);
          if (config && config.epoch > epoch) end(config);
          if (left === 0) end(undefined);
        });
      }
    });
  }

  private askContact(key: number, left: number, done: (candidates: readonly Address[]) => void): void {
    const { link, directory } = this.parts;
    const contact = left > 0 ? sampleOther(directory, link.self, () => link.random()) : undefined;
    if (contact === undefined) {
      done([]);
      return;
    }
    link.call(contact, { type: 'locate', key }, reply => {
      if (reply?.type === 'located' && reply.candidates.length > 0) done(reply.candidates);
      else this.askContact(key, left - 1, done);
    });
  }
}
