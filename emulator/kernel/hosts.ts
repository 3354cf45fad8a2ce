// Hosts as the kernel has them: for each a network namespace with one TUN interface, and a UTS namespace with its name.
import { access, readFileSync } from 'node:fs';
import { type HostPlan, IPV4_NETWORK, IPV6_NETWORK } from '../host-plan.ts';
import { addressBytes } from '../packet/address.ts';
import * as linux from './constants.ts';
import { Home, openNamespace } from './home.ts';
import { ensureLimits } from './limits.ts';
import { configure, setLink } from './netlink.ts';
import { enterRunFiles, hostsFile } from './run-files.ts';
import { close, sethostname, setns, socket, unshare } from './syscalls.ts';
import { openTun } from './tun.ts';

/** The interface of every host. */
export const INTERFACE = 'eth0';
export const MTU = 1500;
/** Packets that a host's interface holds for the switch. The kernel's own value, named because memory depends on it. */
const QUEUE = 500;
/** Where IPv6 packets go first, by name only: the switch takes whatever leaves a host. */
const GATEWAY = 'fe80::1';
/** As long as the kernel lets a host name be. */
const HOST_NAME_MAX = 64;

/** Descriptors by which a process may enter a host: `nsenter --net=/proc/<this process>/fd/<n>`. */
export interface Namespaces {
  readonly net: number;
  readonly uts: number;
  /** The same for all hosts of a run. */
  readonly mount: number;
}

export interface KernelHostsOptions {
  /** Whether the interfaces leave segmentation and checksums to each other, as fast network cards do. */
  readonly offload?: boolean;
  /** How many descriptors and processes the run will need beside those of the hosts themselves. */
  readonly descriptors?: number;
  readonly processes?: number;
}

/**
 * The hosts of a run. The thread that makes them is moved into the run's mount namespace until `close`, so that every
 * program it starts sees the run's /etc/hosts. All of it is held by descriptors of this process: what becomes of the
 * process, the kernel cleans up.
 */
export class KernelHosts {
  /** Each host's TUN interface, to be read and written by the switch. They do not block. */
  readonly tunDescriptors: readonly number[];
  /** Whether the kernel has IPv6. */
  readonly ipv6: boolean;
  readonly offload: boolean;
  private readonly plans: readonly HostPlan[];
  private readonly home: Home;
  private readonly namespaces: Namespaces[] = [];
  private readonly owned: number[] = [];
  private closed = false;

  /**
   * Makes the hosts, or nothing.
   * @throws {KernelError} where the machine does not allow it
   */
  constructor(plans: readonly HostPlan[], options: KernelHostsOptions = {}) {
    const { offload = false } = options;
    ensureLimits(plans.length, options);
    startThreadPool();
    this.plans = plans;
    this.offload = offload;
    this.ipv6 = hasIpv6();
    this.home = new Home();
    try {
      const mount = this.own(enterRunFiles(hostsFile(plans, this.ipv6)));
      this.tunDescriptors = plans.map(plan => this.make(plan, mount));
      this.home.enter();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get count(): number {
    return this.plans.length;
  }

  /** The descriptors by which another process enters a host. They are closed in programs that this process starts. */
  namespaceDescriptors(host: number): Namespaces {
    return this.namespaces[host];
  }

  /**
   * Runs a function with this thread in a host: sockets that it opens and programs that it starts are the host's. The
   * function must do what it does before it returns; a promise would go on outside.
   */
  inside<T>(host: number, run: () => T): T {
    const { net, uts } = this.namespaces[host];
    try {
      setns(net, linux.CLONE_NEWNET);
      setns(uts, linux.CLONE_NEWUTS);
      return run();
    } finally {
      this.home.enter();
    }
  }

  /** Takes a host's interface down, so that its programs find the network unreachable, or puts it up again. */
  setInterface(host: number, up: boolean): void {
    this.inside(host, () => setLink(INTERFACE, up));
  }

  /** Packets that the kernel dropped because the switch did not read a host's interface in time. */
  interfaceDrops(host: number): number {
    const table = this.inside(host, () => readFileSync('/proc/thread-self/net/dev', 'latin1'));
    // Received bytes, packets, errs, drop, fifo, frame, compressed, multicast; then sent bytes, packets, errs, drop.
    const line = table.split('\n').find(line => line.trimStart().startsWith(`${INTERFACE}:`));
    return Number(line?.split(':')[1].trim().split(/\s+/)[11] ?? 0);
  }

  /** Gives everything back. Programs that still run in the hosts keep their namespaces, with nothing behind them. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const descriptor of this.owned) close(descriptor);
    this.home.enterForGood();
  }

  /** @returns the descriptor of its interface */
  private make(plan: HostPlan, mount: number): number {
    unshare(linux.CLONE_NEWNET | linux.CLONE_NEWUTS, `make the namespaces of ${plan.name}`);
    const net = this.own(openNamespace('net'));
    const uts = this.own(openNamespace('uts'));
    this.namespaces.push({ net, uts, mount });
    sethostname(plan.hostname.slice(0, HOST_NAME_MAX));
    const tun = this.own(openTun(INTERFACE, this.offload));
    configure(INTERFACE, {
      mtu: MTU,
      queue: QUEUE,
      ipv4: { address: addressBytes(plan.ipv4), prefix: IPV4_NETWORK.prefix },
      ipv6: this.ipv6
        ? { address: addressBytes(plan.ipv6), prefix: IPV6_NETWORK.prefix, gateway: addressBytes(GATEWAY) }
        : undefined,
    });
    return tun;
  }

  private own(descriptor: number): number {
    this.owned.push(descriptor);
    return descriptor;
  }
}

/** Threads are made in the namespaces of the thread that makes them: those that Node.js makes late, now. */
function startThreadPool(): void {
  access('/', () => {});
}

function hasIpv6(): boolean {
  const descriptor = socket(linux.AF_INET6, linux.SOCK_DGRAM);
  if (descriptor === undefined) return false;
  close(descriptor);
  return true;
}
