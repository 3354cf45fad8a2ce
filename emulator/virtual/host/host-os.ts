// `os`: the host that runs in place of the machine below.
import os from 'node:os';
import { IPV4_NETWORK, IPV6_NETWORK } from '../../host-plan.ts';
import { replace } from '../realm/internals.ts';
import type { Machine } from '../realm/machine.ts';
import { running } from '../realm/running.ts';

/** What `os` asks of a host. */
export interface Named {
  readonly hostname: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

const MEMORY = 1e9;

function interfacesOf({ ipv4, ipv6 }: Named, index: number): ReturnType<typeof os.networkInterfaces> {
  const octets = [2, 0, index >>> 24, index >>> 16, index >>> 8, index];
  const mac = octets.map(octet => (octet & 0xff).toString(16).padStart(2, '0')).join(':');
  const none = '00:00:00:00:00:00';
  const all = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  return {
    lo: [
      {
        address: '127.0.0.1',
        netmask: '255.0.0.0',
        family: 'IPv4',
        mac: none,
        internal: true,
        cidr: '127.0.0.1/8',
      },
      {
        address: '::1',
        netmask: all,
        family: 'IPv6',
        mac: none,
        scopeid: 0,
        internal: true,
        cidr: '::1/128',
      },
    ],
    eth0: [
      {
        address: ipv4,
        netmask: '255.0.0.0',
        family: 'IPv4',
        mac,
        internal: false,
        cidr: `${ipv4}/${IPV4_NETWORK.prefix}`,
      },
      {
        address: ipv6,
        netmask: 'ffff:ffff:ffff::',
        family: 'IPv6',
        mac,
        scopeid: 0,
        internal: false,
        cidr: `${ipv6}/${IPV6_NETWORK.prefix}`,
      },
    ],
  };
}

/** @param named says what a machine's host is called */
export function installOs(named: (machine: Machine) => Named): void {
  const cpu = { model: 'virtual', speed: 1000, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } };
  const user = { username: 'petri', uid: 1000, gid: 1000, shell: '/bin/sh', homedir: '/home/petri' };
  const own: Readonly<Record<string, (machine: Machine) => unknown>> = {
    hostname: machine => named(machine).hostname,
    networkInterfaces: machine => interfacesOf(named(machine), machine.index),
    uptime: machine => machine.clock.read() / 1e9,
    loadavg: () => [0, 0, 0],
    freemem: () => MEMORY / 2,
    totalmem: () => MEMORY,
    cpus: () => [cpu],
    availableParallelism: () => 1,
    homedir: () => user.homedir,
    tmpdir: () => '/tmp',
    userInfo: () => ({ ...user }),
    release: () => '6.0.0-petri',
    version: () => '#1 Petri',
    getPriority: () => 0,
    setPriority: () => undefined,
  };
  for (const [name, answer] of Object.entries(own)) {
    const original = (os as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    replace(os, name, (...args: unknown[]) =>
      running.machine === undefined ? original(...args) : answer(running.machine),
    );
  }
}
