// What may be set of the remote procedure calls of any protocol that makes them.
import type { OptionValues } from './options.ts';

export const rpcOptions = {
  timeout: {
    kind: 'duration',
    default: 1.5e9,
    minimum: 1,
    about: 'a request unanswered for this long is sent again',
  },
  attempts: {
    kind: 'count',
    default: 2,
    minimum: 1,
    about: 'requests sent before the peer is taken for dead',
  },
  rto: {
    kind: 'choice',
    default: 'fixed',
    choices: ['fixed', 'adaptive'],
    about: 'the timeout is the same for all, or learnt for each peer as in RFC 6298, from that one on',
  },
} as const;

export type RpcOptions = OptionValues<typeof rpcOptions>;
