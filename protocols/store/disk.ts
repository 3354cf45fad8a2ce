// The disk of a replica: all that must outlive a crash for the host to be the same member afterwards.
import { type Configuration, hasMember, type Member, type Proposal, type Version } from './messages.ts';

/** A key that is held, under a configuration that has this member. */
export interface Held {
  readonly config: Configuration;
  version: Version;
  value: Uint8Array;
  /** The highest ballot promised on the next configuration; -1 before the first. */
  promised: number;
  /** From the first proposal accepted on the member neither reads nor writes under this configuration. */
  accepted: Proposal | null;
}

/**
 * A port knows no files, so a host that restarts has a new disk, with a new life. Whoever has kept the old one (a test, a
 * service of one's own) hands it to the new instance, which then is the same member.
 */
export class Disk {
  readonly life: number;
  readonly held = new Map<number, Held>();
  /**
   * Keys that were handed over, and to which configuration at least. They stay: a member that forgot that it has left would
   * believe a late message, and vote again.
   */
  readonly left = new Map<number, Configuration>();

  /** @param life 48 random bits */
  constructor(life: number) {
    this.life = life;
  }

  /** Bytes of all values held. */
  get bytes(): number {
    let bytes = 0;
    for (const { value } of this.held.values()) bytes += value.length;
    return bytes;
  }

  /** The latest configuration of a key that is known here. */
  config(key: number): Configuration | undefined {
    return this.held.get(key)?.config ?? this.left.get(key);
  }

  /** A configuration is in force, and this is what it begins with here. */
  begin(key: number, config: Configuration, version: Version, value: Uint8Array): void {
    this.held.set(key, { config, version, value, promised: -1, accepted: null });
    this.left.delete(key);
  }

  /** Gives up a key for a later configuration, in which `self` is not. @returns whether it was held, and no longer is */
  leave(key: number, config: Configuration, self: Member): boolean {
    const held = this.held.get(key);
    if (!held || held.config.epoch >= config.epoch || hasMember(config, self)) return false;
    this.held.delete(key);
    this.left.set(key, config);
    return true;
  }
}
