// The schemas of placement: which nodes hold a sliver, and how many they may hold.
import Type, { type Static } from 'typebox';
import { duration, mapping, text } from './schema-parts.ts';
import { NAME_PATTERN } from './selector.ts';

const optional = Type.Optional;
const positive = { minimum: 1 };

const selector = text('selector', 'nodes that this selector means', [
  'class edge',
  'region europe',
  'power group 1',
]);

export const placeSchema = mapping(
  'which nodes hold a sliver',
  {
    nodes: Type.Unsafe<number | string | string[]>({
      type: ['integer', 'string', 'array'],
      minimum: 1,
      maximum: 10_000_000,
      pattern: '^all$',
      minItems: 1,
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: NAME_PATTERN,
        errorMessage: 'the name of a node or site, such as princeton-1',
      },
      description:
        'how many nodes, all of them, or a list of names: of nodes, or of sites for all their nodes',
      errorMessage: 'a whole number of nodes, all, or a list of names of nodes',
      default: 'all',
      examples: [64, 'all', ['princeton-1', 'mit-1']],
    }),
    policy: optional(
      Type.Unsafe<'spread' | 'random'>({
        enum: ['spread', 'random'],
        description:
          'spread (the default): over as many sites as there are; random: any node as likely as another',
      }),
    ),
    near: optional(text('place', 'the nodes nearest to a site or a point', ['princeton', '40.35,-74.66'])),
    where: optional(
      Type.Array(selector, {
        minItems: 1,
        description: 'only nodes that all these selectors mean',
        errorMessage: 'a list of selectors, such as [region europe]',
      }),
    ),
    within: optional(
      mapping('only nodes near enough to another', {
        of: Type.String({
          pattern: NAME_PATTERN,
          description: 'a node or site',
          errorMessage: 'the name of a node or site, such as princeton-1',
        }),
        rtt: duration('the longest round trip from there', positive),
      }),
    ),
    apart: optional(duration('the shortest round trip between any two of the nodes', positive)),
    distinct: optional(
      Type.String({
        pattern: NAME_PATTERN,
        description: 'no two nodes of one site, country, region, class, or group of this kind, such as power',
        errorMessage: 'site, country, region, class, or a kind of group',
        examples: ['site', 'country', 'power'],
      }),
    ),
  },
  { default: {} },
);

const most = (description: string) =>
  optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000_000,
      description: `${description}; no maximum where left out`,
    }),
  );

export const admissionSchema = mapping('how many slivers there may be', {
  perNode: most('slivers on a node'),
  perSite: most("slivers on a site's nodes"),
  perSlice: most('slivers of a slice'),
});

export type PlaceDocument = Static<typeof placeSchema>;
