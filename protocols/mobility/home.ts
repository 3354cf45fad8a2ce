// Which rendezvous knows an identity: the same one for all who list the same, and few change where the list grows.
import { hash32, mix32 } from '../hash32.ts';
import { idOf } from '../identifier.ts';
import type { Address, Directory } from '../port.ts';

/**
 * Highest random weight: D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM
 * Transactions on Networking 6(1), 1998. Each listed rendezvous is as likely to be an identity's home as any other.
 */
export class Homes {
  private readonly listed: Directory;
  private readonly hashes = new Map<Address, number>();

  /** @param listed the rendezvous; listed is not alive */
  constructor(listed: Directory) {
    this.listed = listed;
  }

  /** The identity's home. Undefined where no rendezvous is listed. */
  of(identity: number): Address | undefined {
    let home: Address | undefined;
    let greatest = -1;
    for (let index = 0; index < this.listed.size; index++) {
      const address = this.listed.at(index);
      const weight = mix32(this.hashOf(address) ^ hash32(identity));
      if (weight <= greatest) continue;
      home = address;
      greatest = weight;
    }
    return home;
  }

  private hashOf(address: Address): number {
    let hash = this.hashes.get(address);
    if (hash === undefined) {
      hash = hash32(idOf(address));
      this.hashes.set(address, hash);
    }
    return hash;
  }
}
