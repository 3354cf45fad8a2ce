// What may be set of mobility.
import { MAX_PAYLOAD } from '../bytes.ts';
import type { OptionValues } from '../options.ts';
import { rpcOptions } from '../rpc-options.ts';
import { MAX_LISTED, PACKET_OVERHEAD } from './codec.ts';

export const mobilityOptions = {
  role: {
    kind: 'choice',
    default: 'attachment',
    choices: ['rendezvous', 'attachment', 'correspondent'],
    about: 'knows where identities are; a place between which they move; sends to them',
  },
  identities: {
    kind: 'count',
    default: 1,
    minimum: 0,
    maximum: 100_000,
    about: 'identities that begin at an attachment point',
  },
  dwell: {
    kind: 'duration',
    default: 60e9,
    minimum: 1,
    about: 'mean stay of an identity at an attachment point, exponential',
  },
  refresh: {
    kind: 'duration',
    default: 30e9,
    minimum: 1e6,
    maximum: 86_400e9,
    about: 'time between two registrations of an identity that stays; one holds for three of these',
  },
  handover: {
    style: {
      kind: 'choice',
      default: 'break-before-make',
      choices: ['break-before-make', 'make-before-break'],
      about: 'an identity leaves the old point before it is at the new one, or after',
    },
    gap: {
      kind: 'duration',
      default: 1e9,
      minimum: 0,
      about:
        'how long an identity that breaks first is at no point, beside the way from the old one to the new',
    },
    forward: {
      kind: 'duration',
      default: 10e9,
      minimum: 0,
      about: 'how long the old point passes packets on to the new one',
    },
  },
  send: {
    routing: {
      kind: 'choice',
      default: 'optimised',
      choices: ['triangular', 'optimised'],
      about: 'packets always through the rendezvous, or straight to where the identity was heard last',
    },
    peers: {
      kind: 'count',
      default: 4,
      minimum: 1,
      maximum: MAX_LISTED,
      about: 'identities that a correspondent sends to',
    },
    every: {
      kind: 'duration',
      default: 1e9,
      minimum: 1,
      about: 'mean time between packets of a correspondent, exponential',
    },
    bytes: {
      kind: 'bytes',
      default: 100,
      minimum: 0,
      maximum: MAX_PAYLOAD - PACKET_OVERHEAD,
      about: 'what a packet carries',
    },
    timeout: {
      kind: 'duration',
      default: 3e9,
      minimum: 1,
      about: 'a packet without receipt by then is lost',
    },
    binding: {
      kind: 'duration',
      default: 60e9,
      minimum: 1,
      about: 'how long it is believed where an identity was heard last',
    },
  },
  rpc: rpcOptions,
} as const;

export type MobilityOptions = OptionValues<typeof mobilityOptions>;
