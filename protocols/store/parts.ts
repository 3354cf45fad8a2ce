// The parts of a host of a store that its operations and its repair share.
import type { Counter } from '../port.ts';
import type { Disk } from './disk.ts';
import type { Link } from './link.ts';
import type { Locator } from './locator.ts';
import type { StoreOptions } from './options.ts';
import type { Replica } from './replica.ts';

export interface Parts {
  readonly link: Link;
  readonly options: StoreOptions;
  readonly disk: Disk;
  readonly replica: Replica;
  readonly locator: Locator;
  /** Bytes of the messages that bear values for repair, sent and asked for. */
  readonly repairBytes: Counter;
}
