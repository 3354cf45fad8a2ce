// The files by which programs of a run find each other's names, and the mount namespace that shows them in /etc.
import { existsSync, writeFileSync } from 'node:fs';
import type { HostPlan } from '../host-plan.ts';
import { CLONE_FS, CLONE_NEWNS, MS_BIND, MS_REC, MS_SLAVE } from './constants.ts';
import { openNamespace } from './home.ts';
import { KernelError } from './kernel-error.ts';
import { mount, unmount, unshare } from './syscalls.ts';

/** An existing directory that is covered for a moment, in the new namespace alone. */
const STAGE = '/tmp';

const RESOLV_CONF = `# The names of this run are in /etc/hosts. A name server may run on the host itself.
nameserver 127.0.0.1
options timeout:1 attempts:1
`;

/** /etc/hosts: localhost, and the names of every host. */
export function hostsFile(plans: readonly HostPlan[], ipv6: boolean): string {
  const lines = ['127.0.0.1 localhost'];
  if (ipv6) lines.push('::1 localhost ip6-localhost ip6-loopback');
  for (const plan of plans) {
    const names = [plan.hostname, ...plan.aliases].join(' ');
    lines.push(`${plan.ipv4} ${names}`);
    if (ipv6) lines.push(`${plan.ipv6} ${names}`);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Moves this thread into a mount namespace of its own in which /etc/hosts and /etc/resolv.conf are the run's. What is
 * mounted outside later shows inside too, and not the other way round. The files are on a file system that nothing but
 * the namespace holds, so they go with the last process in it.
 * @returns the namespace's descriptor
 */
export function enterRunFiles(hosts: string): number {
  if (!existsSync('/etc/hosts')) throw new KernelError('there is no /etc/hosts to cover', 'touch /etc/hosts');
  unshare(CLONE_FS | CLONE_NEWNS, 'make a mount namespace');
  mount('none', '/', null, MS_REC | MS_SLAVE);
  mount('petri', STAGE, 'tmpfs', 0);
  for (const [name, text] of [
    ['hosts', hosts],
    ['resolv.conf', RESOLV_CONF],
  ]) {
    // Without resolv.conf, which may be a link to nowhere, name servers are sought on the host itself, as with ours.
    if (!existsSync(`/etc/${name}`)) continue;
    writeFileSync(`${STAGE}/${name}`, text, { mode: 0o644 });
    mount(`${STAGE}/${name}`, `/etc/${name}`, null, MS_BIND);
  }
  unmount(STAGE);
  return openNamespace('mnt');
}
