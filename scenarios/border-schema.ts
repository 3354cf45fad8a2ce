// The schema of the borders of sites: firewalls, address translators and proxies; and of what they know a slice by.
import Type, { type Static } from 'typebox';
import { duration, mapping, oneOfForms, text } from './schema-parts.ts';

const nodes = text('selector', 'the nodes behind it; those of each site stand behind one of their own', [
  'site princeton',
  '30% of sites',
  'class contributed',
]);

const rules = (description: string, preset: 'all' | 'none') =>
  Type.Unsafe<'all' | 'none' | string[]>({
    type: ['string', 'array'],
    pattern: '^(all|none)$',
    items: {
      type: 'string',
      notation: { kind: 'rule' },
      description: 'traffic by its protocol and destination port',
    },
    uniqueItems: true,
    default: preset,
    description,
    errorMessage: 'all, none, or a list such as [tcp 80, udp 4000-4010]',
    examples: ['all', ['tcp 80', 'udp 4000-4010', 'icmp']],
  });

const timeout = (preset: string) =>
  duration('how long after the last packet answers still pass', { default: preset, minimum: 1 });

const natKeys = {
  mapping: Type.Unsafe<'independent' | 'dependent'>({
    enum: ['independent', 'dependent'],
    default: 'independent',
    description: 'whether a host is seen from everywhere under one address and port (RFC 4787)',
  }),
  filtering: Type.Unsafe<'independent' | 'address' | 'address-and-port'>({
    enum: ['independent', 'address', 'address-and-port'],
    default: 'address-and-port',
    description:
      'who may answer through a mapping: anyone, the address, or the address and port that was spoken to',
  }),
  timeout: timeout('2m'),
  in: rules('forwarded from outside at any time', 'none'),
};

/** The list of borders. */
export const bordersSchema = Type.Array(
  oneOfForms('a border round sites', {
    firewall: mapping('a firewall that remembers what it let pass', {
      nodes,
      firewall: mapping('what it lets pass', {
        in: rules('what may be begun from outside', 'none'),
        out: rules('what may be begun from inside', 'all'),
        timeout: timeout('60s'),
      }),
    }),
    nat: mapping('network address and port translation', { nodes, nat: mapping('its behaviour', natKeys) }),
    proxy: mapping('a proxy, past which nothing goes', {
      nodes,
      proxy: mapping('what it carries', {
        carries: rules('what may be begun from inside', 'none'),
        timeout: timeout('60s'),
        delay: duration('how much longer it takes, each way', { default: '5ms' }),
      }),
    }),
  }),
  { description: 'firewalls, address translators and proxies; each node stands behind one at most' },
);

/** By what a slice's hosts are spoken to. */
export const transportSchema = Type.Unsafe<string>({
  type: 'string',
  notation: { kind: 'transport' },
  default: 'udp 4000',
  description: 'the protocol and port by which firewalls know what its hosts are spoken to by',
  examples: ['udp 4000', 'tcp 80', 'icmp'],
});

export type BorderDocument = Static<typeof bordersSchema>[number];
