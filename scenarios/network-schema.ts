// The schema of the network: links of nodes and sites, and what befalls messages on their way.
import Type from 'typebox';
import { duration, mapping, quantity } from './schema-parts.ts';

const optional = Type.Optional;
const queue = duration('how long a message may wait for the link before it is dropped', { default: '100ms' });

const access = mapping(
  "every node's link to the network",
  {
    up: quantity('rate', 'from the node to the network', { default: 'unlimited' }),
    down: quantity('rate', 'from the network to the node', { default: 'unlimited' }),
    queue,
    sharing: Type.Unsafe<'fifo' | 'shares'>({
      enum: ['fifo', 'shares'],
      default: 'fifo',
      description:
        "how a node's slivers share its way up: first come, first served, or by reserves and shares (slices.*.caps)",
    }),
    root: optional(
      mapping(
        "each node's own traffic, where its way up is shared by shares: Poisson packets of 1500 bytes",
        {
          share: Type.Number({
            exclusiveMinimum: 0,
            maximum: 1e6,
            default: 5,
            description: 'weight beside those of the slivers',
          }),
          rate: quantity('rate', 'what the node sends', { maximum: 1e15 }),
        },
      ),
    ),
  },
  { default: {} },
);

const ownRate = (description: string) => optional(quantity('rate', description, { maximum: 1e15 }));

const site = mapping("every site's link to the world, which all its nodes share with the rest of the site", {
  up: quantity('rate', 'from the site to the world', { default: 'unlimited' }),
  down: quantity('rate', 'from the world to the site', { default: 'unlimited' }),
  queue,
  own: mapping(
    "what the site's other machines send and receive: Poisson packets of one size",
    {
      up: ownRate('what they send; nothing where left out'),
      down: ownRate('what they receive; nothing where left out'),
      packet: quantity('size', 'bytes of each packet', { default: '1000B', minimum: 1, maximum: 65_535 }),
    },
    { default: {} },
  ),
});

const loss = Type.Unsafe<string | number | { rate: string | number; burst: number }>({
  ...quantity('fraction', 'messages lost at random: a fraction, or a mapping of rate and burst', {
    below: 1,
  }),
  ...mapping('', {
    rate: quantity('fraction', 'long-run fraction of messages lost', { below: 1 }),
    burst: Type.Number({
      minimum: 1,
      maximum: 1e6,
      default: 1,
      description: 'mean number of messages lost in a row',
    }),
  }),
  type: ['string', 'number', 'object'],
  description: 'messages lost at random: a fraction, or a mapping of rate and burst',
  default: '0%',
  examples: ['0.1%', { rate: '1%', burst: 3 }],
});

const reorderRate = quantity('fraction', 'fraction of messages held back', { below: 1 });
const reorder = Type.Unsafe<string | number | { rate: string | number; by: string }>({
  ...reorderRate,
  ...mapping('', {
    rate: reorderRate,
    by: duration('how long each is held back', { default: '5ms', minimum: 1 }),
  }),
  type: ['string', 'number', 'object'],
  description:
    'messages held back, so that later ones overtake them: a fraction, or a mapping of rate and by',
  default: '0%',
  examples: ['1%', { rate: '1%', by: '5ms' }],
});

export const network = mapping(
  'what a message meets between two nodes, beside the delay of the path',
  {
    grain: Type.Unsafe<'message' | 'flow'>({
      enum: ['message', 'flow'],
      default: 'message',
      description: 'whether transfers (slices.*.run.transfers) move as flows; all else moves as messages',
    }),
    access,
    site: optional(site),
    variation: Type.Unsafe<'none' | 'planetlab'>({
      enum: ['none', 'planetlab'],
      default: 'none',
      description: "how paths vary in time: not at all, or as PlanetLab's did, in delay and loss",
    }),
    jitter: duration('mean extra one-way delay of a message, exponentially distributed', { default: '0s' }),
    loss,
    duplicate: quantity('fraction', 'messages that arrive twice', { below: 1, default: '0%' }),
    corrupt: quantity('fraction', 'messages whose bits are damaged', { below: 1, default: '0%' }),
    reorder,
  },
  { default: {} },
);
