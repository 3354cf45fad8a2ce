// What a scenario says of the borders of sites: firewalls, address translators and proxies.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Selector } from '../faults/spec.ts';

export type Protocol = 'udp' | 'tcp' | 'icmp';

/** What a slice's hosts are spoken to by: a transport protocol, and for all but ICMP the port that they listen on. */
export interface Transport {
  readonly protocol: Protocol;
  readonly port: number;
}

/** What the daemons of protocols listen on. */
export const daemons: Transport = { protocol: 'udp', port: 4000 };

/** Traffic that a rule lets pass: a protocol, and a range of destination ports, both ends included. */
export interface Rule {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

/** `all`, or what one of the rules says; an empty list lets nothing pass. */
export type Rules = 'all' | readonly Rule[];

export type Border =
  /** Lets pass what its rules say, and the answers to it for `timeout` after the last packet of either side. */
  | { readonly kind: 'firewall'; readonly in: Rules; readonly out: Rules; readonly timeout: Nanoseconds }
  /**
   * Address and port translation, with the behaviours of RFC 4787. A mapping lasts for `timeout` after the last packet out.
   * Through a mapping that is `independent` of the endpoint comes whom the filtering lets; a `dependent` one is known only
   * to those that a packet from it has reached.
   */
  | {
      readonly kind: 'nat';
      readonly mapping: 'independent' | 'dependent';
      readonly filtering: 'independent' | 'address' | 'address-and-port';
      readonly timeout: Nanoseconds;
      /** What comes in at any time, by ports that are forwarded. */
      readonly in: Rules;
    }
  /** Nothing passes but what the proxy carries, which is begun from inside and takes `delay` longer each way. */
  | {
      readonly kind: 'proxy';
      readonly carries: Rules;
      readonly timeout: Nanoseconds;
      readonly delay: Nanoseconds;
    };

/** A border round the nodes selected. Each site's stand behind one of their own; no node behind two. */
export interface BorderSpec {
  readonly nodes: Selector;
  readonly border: Border;
}
