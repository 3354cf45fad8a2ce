// Which host is meant by what people type: `slice@node`, its host name, an alias or an address.
import { closest, distance } from 'fastest-levenshtein';
import type { HostPlan } from '../../host-plan.ts';

/**
 * @returns the host's index
 * @throws {Error} with the nearest name where there is none
 */
export function findHost(text: string, hosts: readonly HostPlan[]): number {
  const namesOf = ({ name, hostname, aliases, ipv4, ipv6 }: HostPlan) => [
    name,
    hostname,
    ...aliases,
    ipv4,
    ipv6,
  ];
  const index = hosts.findIndex(host => namesOf(host).includes(text));
  if (index >= 0) return index;
  if (hosts.length === 0) throw new Error(`no host "${text}": the run has none`);
  const nearest = closest(
    text,
    hosts.flatMap(({ name, hostname, aliases }) => [name, hostname, ...aliases]),
  );
  // Half of it typed wrong is another name.
  const hint =
    distance(text, nearest) * 2 <= nearest.length ? `did you mean "${nearest}"?` : 'see petri hosts';
  throw new Error(`no host "${text}" (${hint})`);
}
