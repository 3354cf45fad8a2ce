// Traffic as firewalls know it, as text: `udp 4000`, `tcp 80`, `udp 4000-4010`, `icmp`.
import type { Protocol, Rule, Transport } from '../models/reach/spec.ts';
import { nearest } from './nearest.ts';
import { Misread } from './units.ts';

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'icmp'];
const MOST = 65_535;
const TRANSPORT = 'a protocol and its port, such as "udp 4000" or "tcp 80", or icmp';
const RULE =
  'a protocol, with a port or a range of them where not all are meant, such as "tcp 80", "udp 4000-4010", tcp or icmp';

function split(value: unknown): { protocol: Protocol; ports: string | undefined } | Misread {
  const [, word = '', ports] =
    typeof value === 'string' ? (/^([a-z]+)(?: (\S+))?$/i.exec(value.trim()) ?? []) : [];
  const protocol = PROTOCOLS.find(known => known === word);
  if (protocol) return { protocol, ports };
  const meant = nearest(word, PROTOCOLS);
  return new Misread(RULE, meant && [meant, ports].filter(part => part !== undefined).join(' '));
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= MOST;

export function readTransport(value: unknown): Transport | Misread {
  const parts = split(value);
  if (parts instanceof Misread) return new Misread(TRANSPORT, parts.hint);
  const { protocol, ports } = parts;
  if (protocol === 'icmp')
    return ports === undefined ? { protocol, port: 0 } : new Misread('icmp without a port');
  const port = Number(ports);
  return isPort(port) ? { protocol, port } : new Misread(`a port from 1 to ${MOST} after ${protocol}`);
}

export function readRule(value: unknown): Rule | Misread {
  const parts = split(value);
  if (parts instanceof Misread) return parts;
  const { protocol, ports } = parts;
  if (ports === undefined) return { protocol, from: 0, to: MOST };
  if (protocol === 'icmp') return new Misread('icmp without a port');
  const [from = NaN, to = from] = ports.split('-').map(Number);
  if (!isPort(from) || !isPort(to) || ports.split('-').length > 2) {
    return new Misread(`ports from 1 to ${MOST} after ${protocol}, such as 80 or 4000-4010`);
  }
  return from <= to
    ? { protocol, from, to }
    : new Misread('the lower port first', `${protocol} ${to}-${from}`);
}
