// The network of one host, set up by messages to the kernel (rtnetlink(7)): links up, addresses, routes.

import { getSystemErrorMap } from 'node:util';
import { AF_INET, AF_INET6, AF_NETLINK, SIOCGIFINDEX, SOCK_RAW } from './constants.ts';
import { KernelError } from './kernel-error.ts';
import { close, ioctl, receive, send, socket } from './syscalls.ts';

// <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if_addr.h>
const NLMSG_ERROR = 2;
const NLM_F_REQUEST_ACK = 0x1 | 0x4;
const NLM_F_CREATE = 0x400;
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const HEADER = 16;

const IFF_UP = 1;
const IFLA_MTU = 4;
const IFLA_TXQLEN = 13;
const IFLA_AF_SPEC = 26;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const ADDR_GEN_MODE_NONE = 1;

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_F_NODAD = 0x02;
const IFA_F_NOPREFIXROUTE = 0x200;

const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTNH_F_ONLINK = 4;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;

/** What the interface of a host is given. */
export interface InterfaceSettings {
  readonly mtu: number;
  /** Packets that the kernel keeps for the switch before it drops some. */
  readonly queue: number;
  readonly ipv4: { readonly address: Uint8Array; readonly prefix: number };
  /** Undefined where the kernel has no IPv6. */
  readonly ipv6:
    | { readonly address: Uint8Array; readonly prefix: number; readonly gateway: Uint8Array }
    | undefined;
}

/** Sets up `lo` and an interface of the network namespace that this thread is in. */
export function configure(name: string, settings: InterfaceSettings): void {
  const descriptor = socket(AF_NETLINK, SOCK_RAW);
  if (descriptor === undefined)
    throw new KernelError('this kernel has no netlink sockets', 'use another kernel');
  try {
    const index = indexOf(name, descriptor);
    const request = new Request();
    request.begin(RTM_NEWLINK, 0).interface(indexOf('lo', descriptor), IFF_UP, IFF_UP).end();
    bringUp(request, index, settings);
    addresses(request, index, settings);
    routes(request, index, settings);
    request.exchange(descriptor, `set up the interface ${name}`);
  } finally {
    close(descriptor);
  }
}

/** Puts a link of the network namespace that this thread is in up or down. */
export function setLink(name: string, up: boolean): void {
  const descriptor = socket(AF_NETLINK, SOCK_RAW)!;
  try {
    const request = new Request();
    request
      .begin(RTM_NEWLINK, 0)
      .interface(indexOf(name, descriptor), up ? IFF_UP : 0, IFF_UP)
      .end();
    request.exchange(descriptor, `put the interface ${name} ${up ? 'up' : 'down'}`);
  } finally {
    close(descriptor);
  }
}

function indexOf(name: string, descriptor: number): number {
  const request = Buffer.alloc(40); // struct ifreq
  request.write(name, 'latin1');
  ioctl(descriptor, SIOCGIFINDEX, request, `find the interface ${name}`);
  return request.readInt32LE(16);
}

/**
 * Brings the interface up while its queue is of length 0: so the kernel puts no queueing discipline before it, which
 * would cost a lock a packet and 12 KiB a host for nothing, since the interface never asks anyone to wait. It has no
 * address but the host's own, so that there is no router to solicit: it is silent until it is used.
 */
function bringUp(request: Request, index: number, { mtu, queue, ipv6 }: InterfaceSettings): void {
  request.begin(RTM_NEWLINK, 0).interface(index, 0, 0);
  request.attribute(IFLA_MTU, word(mtu)).attribute(IFLA_TXQLEN, word(0));
  if (ipv6) {
    const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Buffer.of(ADDR_GEN_MODE_NONE));
    request.attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode));
  }
  request.end();
  request.begin(RTM_NEWLINK, 0).interface(index, IFF_UP, IFF_UP).end();
  request.begin(RTM_NEWLINK, 0).interface(index, 0, 0).attribute(IFLA_TXQLEN, word(queue)).end();
}

function addresses(request: Request, index: number, { ipv4, ipv6 }: InterfaceSettings): void {
  request.begin(RTM_NEWADDR, NLM_F_CREATE).address(AF_INET, ipv4.prefix, index);
  request.attribute(IFA_LOCAL, ipv4.address).attribute(IFA_ADDRESS, ipv4.address).end();
  if (!ipv6) return;
  request.begin(RTM_NEWADDR, NLM_F_CREATE).address(AF_INET6, ipv6.prefix, index);
  request.attribute(IFA_LOCAL, ipv6.address).attribute(IFA_ADDRESS, ipv6.address);
  request.attribute(IFA_FLAGS, word(IFA_F_NODAD | IFA_F_NOPREFIXROUTE)).end();
}

/**
 * All leaves by the interface. IPv6 goes by a gateway, though the switch asks nobody's leave to answer for it: the kernel
 * keeps a neighbour for each next hop, of which all namespaces together may have `gc_thresh3`. For IPv4 it keeps one a
 * point-to-point interface, whatever the next hop is.
 */
function routes(request: Request, index: number, { ipv6 }: InterfaceSettings): void {
  request.begin(RTM_NEWROUTE, NLM_F_CREATE).route(AF_INET, RT_SCOPE_LINK, 0);
  request.attribute(RTA_OIF, word(index)).end();
  if (!ipv6) return;
  request.begin(RTM_NEWROUTE, NLM_F_CREATE).route(AF_INET6, RT_SCOPE_UNIVERSE, RTNH_F_ONLINK);
  request.attribute(RTA_GATEWAY, ipv6.gateway).attribute(RTA_OIF, word(index)).end();
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function attribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}

/** Several messages that go to the kernel together; each is answered. */
class Request {
  private readonly bytes = Buffer.alloc(1024);
  private length = 0;
  private start = 0;
  private messages = 0;

  begin(type: number, flags: number): this {
    this.start = this.length;
    this.bytes.writeUInt16LE(type, this.start + 4);
    this.bytes.writeUInt16LE(flags | NLM_F_REQUEST_ACK, this.start + 6);
    this.bytes.writeUInt32LE(++this.messages, this.start + 8);
    this.length += HEADER;
    return this;
  }

  /** `struct ifinfomsg` */
  interface(index: number, flags: number, mask: number): this {
    this.bytes.writeInt32LE(index, this.length + 4);
    this.bytes.writeUInt32LE(flags, this.length + 8);
    this.bytes.writeUInt32LE(mask, this.length + 12);
    this.length += 16;
    return this;
  }

  /** `struct ifaddrmsg` */
  address(family: number, prefix: number, index: number): this {
    this.bytes[this.length] = family;
    this.bytes[this.length + 1] = prefix;
    this.bytes.writeUInt32LE(index, this.length + 4);
    this.length += 8;
    return this;
  }

  /** `struct rtmsg`, of a route to everywhere */
  route(family: number, scope: number, flags: number): this {
    this.bytes.set([family, 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST], this.length);
    this.bytes.writeUInt32LE(flags, this.length + 8);
    this.length += 12;
    return this;
  }

  attribute(type: number, value: Uint8Array): this {
    const bytes = attribute(type, value);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  end(): void {
    this.bytes.writeUInt32LE(this.length - this.start, this.start);
  }

  /** Sends the messages and reads an answer to each. The kernel has done them all when `send` returns. */
  exchange(descriptor: number, doing: string): void {
    send(descriptor, this.bytes, this.length);
    const answer = Buffer.alloc(4096);
    for (let left = this.messages; left > 0; ) {
      const length = receive(descriptor, answer);
      for (let at = 0; at + HEADER <= length; at += (answer.readUInt32LE(at) + 3) & ~3) {
        if (answer.readUInt16LE(at + 4) !== NLMSG_ERROR) continue;
        const code = answer.readInt32LE(at + HEADER);
        if (code < 0) throw refused(code, doing);
        left--;
      }
    }
  }
}

function refused(error: number, doing: string): KernelError {
  const [code, text] = getSystemErrorMap().get(error) ?? [`error ${-error}`, 'unknown error'];
  return new KernelError(
    `cannot ${doing}: ${text} (${code})`,
    "see what 'petri doctor' says of this machine",
    code,
  );
}
