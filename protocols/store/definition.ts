// The store as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import { storeCodec } from './codec.ts';
import type { StoreMessage } from './messages.ts';
import { type StoreOptions, storeOptions } from './options.ts';
import { Store } from './store.ts';

export const store: ProtocolDefinition<StoreMessage, StoreOptions> = {
  name: 'store',
  about: 'a replicated key-value store on a ring: quorums, anti-entropy, repair after churn',
  options: storeOptions,
  codec: storeCodec,
  create: (host, options, directory, meter) => new Store(host, options, directory, meter),
};
