// Redirection: which of the servers that a host knows of it asks for an object.
import { HashRing } from '../consistent-hash.ts';
import type { Address, Directory, Host } from '../port.ts';
import type { CdnMessage } from './messages.ts';
import type { CdnOptions } from './options.ts';
import { Proximity } from './proximity.ts';

export type Acceptable = (server: Address) => boolean;

/** Points of a server on the circle: the shares of the objects then differ by about a tenth. */
const POINTS = 100;

/** Draws of a server before all are looked over. */
const DRAWS = 4;

export interface Redirection {
  /** A server for an object. Undefined where none that is listed is acceptable. */
  choose(object: number, acceptable: Acceptable): Address | undefined;
}

/** @param proximity of the servers; undefined where the redirection does not ask for it */
export function redirectionOf(
  { redirection, near }: CdnOptions,
  directory: Directory,
  random: () => number,
  proximity: Proximity | undefined,
): Redirection {
  const anyone = new Anyone(directory, random);
  if (redirection === 'hashing') return new Hashing(directory);
  if (!proximity) return anyone;
  return redirection === 'nearest'
    ? new Nearest(proximity, anyone)
    : new NearestHashing(proximity, near, anyone);
}

/** What the redirection needs to know of distances, if it needs to. */
export function proximityOf(
  { redirection, probe }: CdnOptions,
  host: Host<CdnMessage>,
  directory: Directory,
): Proximity | undefined {
  const wanted = redirection === 'nearest' || redirection === 'nearest-hashing';
  return wanted ? new Proximity(host, probe, directory) : undefined;
}

/** Whichever, uniformly. */
class Anyone implements Redirection {
  private readonly directory: Directory;
  private readonly random: () => number;

  constructor(directory: Directory, random: () => number) {
    this.directory = directory;
    this.random = random;
  }

  choose(_object: number, acceptable: Acceptable): Address | undefined {
    const { size } = this.directory;
    for (let draw = 0; draw < DRAWS && size > 0; draw++) {
      const server = this.directory.at(Math.floor(this.random() * size));
      if (acceptable(server)) return server;
    }
    const rest: Address[] = [];
    for (let index = 0; index < size; index++) {
      const server = this.directory.at(index);
      if (acceptable(server)) rest.push(server);
    }
    return rest[Math.floor(this.random() * rest.length)];
  }
}

/** The nearest; whichever while no distance is known. */
class Nearest implements Redirection {
  private readonly proximity: Proximity;
  private readonly otherwise: Redirection;

  constructor(proximity: Proximity, otherwise: Redirection) {
    this.proximity = proximity;
    this.otherwise = otherwise;
  }

  choose(object: number, acceptable: Acceptable): Address | undefined {
    this.proximity.meetListed();
    return this.proximity.nearest(acceptable)[0] ?? this.otherwise.choose(object, acceptable);
  }
}

/** The one that an object is hashed to, of all: each object has one replica, and its copies take the least room. */
class Hashing implements Redirection {
  private readonly directory: Directory;
  private readonly ring = new HashRing(POINTS);
  private listed = 0;

  constructor(directory: Directory) {
    this.directory = directory;
  }

  choose(object: number, acceptable: Acceptable): Address | undefined {
    for (; this.listed < this.directory.size; this.listed++) this.ring.add(this.directory.at(this.listed));
    return this.ring.owner(object, acceptable);
  }
}

/** The one that an object is hashed to, of the nearest few. */
class NearestHashing implements Redirection {
  private readonly proximity: Proximity;
  private readonly near: number;
  private readonly otherwise: Redirection;
  private readonly ring = new HashRing(POINTS);

  constructor(proximity: Proximity, near: number, otherwise: Redirection) {
    this.proximity = proximity;
    this.near = near;
    this.otherwise = otherwise;
  }

  choose(object: number, acceptable: Acceptable): Address | undefined {
    this.proximity.meetListed();
    this.ring.become(this.proximity.nearest(() => true).slice(0, this.near));
    const owner = this.ring.owner(object, acceptable);
    return owner ?? this.proximity.nearest(acceptable)[0] ?? this.otherwise.choose(object, acceptable);
  }
}
