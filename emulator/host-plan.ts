// A host as the emulating modes know it: a sliver with a name that programs can resolve, and addresses.

/** Names and addresses of one host. Hosts are numbered 0, 1, 2, ... as in the other modes. */
export interface HostPlan {
  /** `slice@node` */
  readonly name: string;
  /** A valid DNS name: what `hostname` prints in it, and what others resolve: `slice.node`. */
  readonly hostname: string;
  /** Further names that resolve to it: `node` alone, for the first slice that has a sliver there. */
  readonly aliases: readonly string[];
  readonly ipv4: string;
  readonly ipv6: string;
}

/** As many hosts as 10.0.0.0/8 numbers, without its first and last address. */
const MOST = 2 ** 24 - 2;

/** The network that holds every host's IPv4 address, and that which holds every IPv6 address (RFC 4193). */
export const IPV4_NETWORK = { address: '10.0.0.0', prefix: 8 } as const;
export const IPV6_NETWORK = { address: 'fd70:6574:7269::', prefix: 48 } as const;

/** @param index 0 .. 2^24 - 3 */
export function ipv4Of(index: number): string {
  const number = 0x0a000001 + index;
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 0xff).join('.');
}

/** @param index 0 .. 2^24 - 3 */
export function ipv6Of(index: number): string {
  const number = index + 1;
  const [high, low] = [number >>> 16, number & 0xffff];
  return high === 0
    ? `fd70:6574:7269::${low.toString(16)}`
    : `fd70:6574:7269::${high.toString(16)}:${low.toString(16)}`;
}

/** The host that has an address: its index, which may be one of no host; undefined for an address outside the network. */
export function indexOfIpv4(address: number): number | undefined {
  return address >>> 24 === 10 ? (address & 0xffffff) - 1 : undefined;
}

/**
 * Plans hosts in the order of their indices.
 * @param names `slice@node`, each once
 * @throws {RangeError} where there are more than addresses
 */
export function planHosts(names: readonly string[]): HostPlan[] {
  if (names.length > MOST) throw new RangeError(`${names.length} hosts: 10.0.0.0/8 numbers ${MOST}`);
  const taken = new Set<string>();
  const unique = (label: string) => {
    let name = label;
    for (let n = 2; taken.has(name); n++) name = `${label}-${n}`;
    taken.add(name);
    return name;
  };
  const plans = names.map((name, index) => {
    const at = name.indexOf('@');
    const [slice, node] = [name.slice(0, at), name.slice(at + 1)];
    const hostname = unique(`${label(slice)}.${label(node)}`);
    return { name, hostname, node: label(node), ipv4: ipv4Of(index), ipv6: ipv6Of(index) };
  });
  return plans.map(({ node, ...plan }) => {
    const first = !taken.has(node);
    taken.add(node);
    return { ...plan, aliases: first ? [node] : [] };
  });
}

/** A name as a DNS label (RFC 1123): letters, digits and hyphens, at most 30 so that two fit into a host name. */
function label(name: string): string {
  const plain = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 30)
    .replace(/-+$/, '');
  return plain === '' ? 'host' : plain;
}
