// Borders of a checked document, and what slices are spoken to by, as the models know them.
import type { Border, BorderSpec, Rule, Rules, Transport } from '../models/reach/spec.ts';
import type { BorderDocument } from './border-schema.ts';
import { sure, time } from './checked.ts';
import { readSelector } from './selector.ts';
import { readRule, readTransport } from './transport.ts';

const rulesOf = (list: 'all' | 'none' | readonly string[]): Rules => {
  if (list === 'all') return 'all';
  return list === 'none' ? [] : list.map((rule): Rule => sure(readRule(rule)));
};

export const transportOf = (written: string): Transport => sure(readTransport(written));

function borderOf(border: BorderDocument): Border {
  if ('firewall' in border) {
    const { in: inward, out, timeout } = border.firewall;
    return { kind: 'firewall', in: rulesOf(inward), out: rulesOf(out), timeout: time(timeout) };
  }
  if ('nat' in border) {
    const { mapping, filtering, timeout, in: inward } = border.nat;
    return { kind: 'nat', mapping, filtering, timeout: time(timeout), in: rulesOf(inward) };
  }
  const { carries, timeout, delay } = border.proxy;
  return { kind: 'proxy', carries: rulesOf(carries), timeout: time(timeout), delay: time(delay) };
}

export const bordersOf = (borders: readonly BorderDocument[]): BorderSpec[] =>
  borders.map(border => ({ nodes: sure(readSelector(border.nodes)), border: borderOf(border) }));
