// Reachability: who may speak to whom first, across the borders of their sites.
import { permits } from './gates.ts';
import type { Border, Transport } from './spec.ts';

/**
 * How a host reaches another:
 * - `yes`: it may speak first
 * - `punch`: neither may, but both at once can, told of each other by a third (hole punching: RFC 5128, 3.3)
 * - `reply`: it may only answer
 * - `no`: neither may speak first
 */
export type Reach = 'yes' | 'punch' | 'reply' | 'no';

/** One side: its border, undefined in the open, and what it is spoken to by. */
export interface Side {
  readonly border: Border | undefined;
  readonly transport: Transport;
}

/** How a host on one side reaches one on the other. Hosts behind the very same border reach each other: do not ask. */
export function reach(from: Side, to: Side): Reach {
  if (speaksFirst(from, to)) return 'yes';
  if (speaksFirst(to, from)) return 'reply';
  return punch(from, to) ? 'punch' : 'no';
}

function speaksFirst(from: Side, to: Side): boolean {
  return letsOut(from.border, to.transport) && letsIn(to.border, to.transport);
}

function letsOut(border: Border | undefined, transport: Transport): boolean {
  if (border === undefined || border.kind === 'nat') return true;
  return permits(border.kind === 'firewall' ? border.out : border.carries, transport);
}

function letsIn(border: Border | undefined, transport: Transport): boolean {
  if (border === undefined) return true;
  return border.kind !== 'proxy' && permits(border.in, transport);
}

/** Datagrams that both send at once make holes for each other, where each comes from where the other expects it. */
function punch(from: Side, to: Side): boolean {
  if (from.transport.protocol !== 'udp' || to.transport.protocol !== 'udp') return false;
  if (!letsOut(from.border, to.transport) || !letsOut(to.border, from.transport)) return false;
  const [here, there] = [from.border, to.border];
  return !(hides(here) && (hides(there) || isExact(there))) && !(hides(there) && isExact(here));
}

/** Whether its hosts are seen under another address and port by each whom they speak to. */
const hides = (border: Border | undefined): boolean =>
  border?.kind === 'proxy' || (border?.kind === 'nat' && border.mapping === 'dependent');

/** Whether answers must come from the very port that was spoken to. */
const isExact = (border: Border | undefined): boolean =>
  border !== undefined && !(border.kind === 'nat' && border.filtering !== 'address-and-port');
