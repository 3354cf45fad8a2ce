// What may be set of the fetching of blocks, by any protocol that fetches some.
import type { OptionValues } from './options.ts';

export const blockFetchOptions = {
  timeout: {
    kind: 'duration',
    default: 1e9,
    minimum: 1,
    about: "a block is waited for this long until the server's round trips are known",
  },
  attempts: {
    kind: 'count',
    default: 3,
    minimum: 1,
    about: 'timeouts in a row after which a server is taken for dead',
  },
  window: {
    kind: 'count',
    default: 512,
    minimum: 1,
    about: 'blocks that one fetch may have under way at most',
  },
} as const;

export type BlockFetchOptions = OptionValues<typeof blockFetchOptions>;
