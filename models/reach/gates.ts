// The kinds of gates: firewall, address translator, proxy.
import type { Nanoseconds } from '../../sim/time.ts';
import { type Disguise, type Gate, Openings } from '../network/gates.ts';
import type { Border, Rules, Transport } from './spec.ts';

/** What a gate knows of hosts. */
export interface Neighbours {
  /** By host. */
  readonly transportOf: readonly Transport[];
  readonly nodeOf: readonly number[];
}

export function permits(rules: Rules, { protocol, port }: Transport): boolean {
  if (rules === 'all') return true;
  return rules.some(rule => rule.protocol === protocol && rule.from <= port && port <= rule.to);
}

type Of<K extends Border['kind']> = Extract<Border, { kind: K }>;

/** Stateful: the answers to what it lets pass, pass too. */
function firewall(border: Of<'firewall'>, { transportOf }: Neighbours): Gate {
  const openings = new Openings(border.timeout);
  const pass = (permitted: boolean, inside: number, outside: number, now: Nanoseconds): boolean => {
    if (permitted) openings.open(inside, outside, now);
    return permitted;
  };
  return {
    delay: 0,
    out: (inside, outside, now) =>
      pass(
        openings.isOpen(inside, outside, now) || permits(border.out, transportOf[outside]),
        inside,
        outside,
        now,
      ),
    in: (outside, inside, now, strange) =>
      pass(
        (!strange && openings.isOpen(inside, outside, now)) || permits(border.in, transportOf[inside]),
        inside,
        outside,
        now,
      ),
  };
}

function disguiseFor(timeout: Nanoseconds): Disguise {
  const known = new Openings(timeout);
  return {
    reached: (inside, outside, now) => known.open(inside, outside, now),
    isKnown: (inside, outside, now) => known.isOpen(inside, outside, now),
  };
}

/** After RFC 4787. The mapping is refreshed by what goes out alone (REQ-6). */
function nat(border: Of<'nat'>, { transportOf, nodeOf }: Neighbours): Gate {
  const { filtering } = border;
  const mapped = new Openings(border.timeout);
  const disguise = border.mapping === 'dependent' ? disguiseFor(border.timeout) : undefined;
  /** Whom a packet out opens the mapping for: anyone, whoever has that address, or that very host. */
  const partner = (outside: number): number => {
    if (filtering === 'independent') return 0;
    return filtering === 'address' ? nodeOf[outside] : outside;
  };
  return {
    delay: 0,
    ...(disguise && { disguise }),
    out(inside, outside, now) {
      mapped.open(inside, partner(outside), now);
      return true;
    },
    in(outside, inside, now, strange) {
      if (permits(border.in, transportOf[inside])) return true;
      if (strange && filtering === 'address-and-port') return false;
      if (!mapped.isOpen(inside, partner(outside), now)) return false;
      return disguise === undefined || disguise.isKnown(inside, outside, now);
    },
  };
}

function proxy(border: Of<'proxy'>, { transportOf }: Neighbours): Gate {
  const openings = new Openings(border.timeout);
  return {
    delay: border.delay,
    disguise: disguiseFor(border.timeout),
    out(inside, outside, now) {
      if (!openings.isOpen(inside, outside, now) && !permits(border.carries, transportOf[outside]))
        return false;
      openings.open(inside, outside, now);
      return true;
    },
    in(outside, inside, now, strange) {
      if (strange || !openings.isOpen(inside, outside, now)) return false;
      openings.open(inside, outside, now);
      return true;
    },
  };
}

/** A new gate, which remembers nothing yet. */
export function gateOf(border: Border, neighbours: Neighbours): Gate {
  switch (border.kind) {
    case 'firewall':
      return firewall(border, neighbours);
    case 'nat':
      return nat(border, neighbours);
    case 'proxy':
      return proxy(border, neighbours);
  }
}
