// What of this machine allows emulation, for people to read, each lack with its remedy. Nothing here changes anything.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { release } from 'node:os';
import { KernelError } from './kernel-error.ts';
import { DESCRIPTORS_BESIDES, DESCRIPTORS_PER_HOST, sysctl, textOf } from './limits.ts';
import { descriptorLimit } from './syscalls.ts';
import { TUN_REMEDY } from './tun.ts';

/** One thing that an emulated run needs, or profits from. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly ok: boolean;
  /** What to do where it is not. */
  readonly remedy?: string;
}

/** As many hosts as a run should have room for before a limit is called too low. */
const HOSTS = 1000;
const LINUX = 'the mode emulate needs Linux 5.11 or later';

export function examine(): Finding[] {
  if (process.platform !== 'linux') {
    return [{ what: 'operating system', found: process.platform, ok: false, remedy: LINUX }];
  }
  return [kernel(), systemCalls(), tun(), namespaces(), ipv6(), descriptors(), namespaceLimit(), cgroups()];
}

function kernel(): Finding {
  const [major, minor] = release().split('.').map(Number);
  const ok = major > 5 || (major === 5 && minor >= 11);
  return { what: 'kernel', found: release(), ok, remedy: LINUX };
}

function systemCalls(): Finding {
  const what = 'system calls';
  try {
    descriptorLimit();
    return { what, found: 'to be called', ok: true };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { what, found: error.message, ok: false, remedy: error.remedy };
  }
}

function tun(): Finding {
  const what = 'TUN interfaces (/dev/net/tun)';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return { what, found: 'there', ok: true };
  } catch {
    return { what, found: 'not there, or not to be opened', ok: false, remedy: TUN_REMEDY };
  }
}

/** As root at once, as anyone else in a user namespace. */
export function namespaceAccess(): 'as this user' | 'in a user namespace' | undefined {
  const spaces = ['--net', '--mount', '--uts'];
  if (process.geteuid?.() === 0 && succeeds('unshare', [...spaces, 'true'])) return 'as this user';
  const user = ['--user', '--map-root-user'];
  return succeeds('unshare', [...user, ...spaces, 'true']) ? 'in a user namespace' : undefined;
}

function namespaces(): Finding {
  const found = namespaceAccess();
  return {
    what: 'namespaces',
    found: found ?? 'not permitted',
    ok: found !== undefined,
    remedy: userRemedy(),
  };
}

/** What forbids user namespaces differs from distribution to distribution. */
function userRemedy(): string {
  const switches: [string, number, number][] = [
    ['kernel.unprivileged_userns_clone', 0, 1],
    ['kernel.apparmor_restrict_unprivileged_userns', 1, 0],
    ['user.max_user_namespaces', 0, 10_000],
  ];
  const wrong = switches.filter(([name, bad]) => sysctl(name) === bad);
  const commands = wrong.map(([name, , good]) => `sysctl -w ${name}=${good}`);
  return ['run as root', ...commands, 'in a container: start it with --cap-add SYS_ADMIN'].join(', or ');
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

function ipv6(): Finding {
  const ok = existsSync('/proc/net/if_inet6');
  const remedy = 'hosts have IPv4 alone; boot without ipv6.disable=1 for both';
  return { what: 'IPv6', found: ok ? 'there' : 'not in this kernel', ok, remedy };
}

function descriptors(): Finding {
  const hard = Number(
    /^Max open files\s+\S+\s+(\d+)/m.exec(textOf('/proc/self/limits') ?? '')?.[1] ?? Infinity,
  );
  const hosts = Math.floor((hard - DESCRIPTORS_BESIDES) / DESCRIPTORS_PER_HOST);
  const needed = HOSTS * DESCRIPTORS_PER_HOST + DESCRIPTORS_BESIDES;
  return {
    what: 'open files a process',
    found: `${hard}, room for ${hosts} hosts without programs`,
    ok: hard >= needed,
    remedy: `ulimit -n ${needed} for ${HOSTS} hosts`,
  };
}

function namespaceLimit(): Finding {
  const name = 'user.max_net_namespaces';
  const limit = sysctl(name);
  const remedy = `sysctl -w ${name}=${HOSTS + 2} for ${HOSTS} hosts`;
  return { what: `network namespaces (${name})`, found: String(limit), ok: limit >= HOSTS + 2, remedy };
}

function cgroups(): Finding {
  const what = 'control groups';
  const v2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const v1 = existsSync('/sys/fs/cgroup/cpu') || existsSync('/sys/fs/cgroup/cpu,cpuacct');
  const remedy = 'mount -t cgroup2 none /sys/fs/cgroup; without, CPU and memory of programs are not limited';
  const found = v2 ? 'version 2' : v1 ? 'version 1' : 'none';
  return { what, found, ok: v1 || v2, remedy };
}
