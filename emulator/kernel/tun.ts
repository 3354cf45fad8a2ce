// TUN interfaces: what the kernel sends out by one, the switch reads from its descriptor, and the other way round.
import * as linux from './constants.ts';
import { close, ioctl, open } from './syscalls.ts';

export const TUN_REMEDY = 'modprobe tun, or start the container with --device /dev/net/tun';

/**
 * Makes an interface in the network namespace that this thread is in. It belongs to the namespace rather than to the
 * descriptor, whose end therefore need not wait for it: a thousand are gone in a tenth of a second in place of half a
 * minute.
 * @param offload each packet is preceded by a `struct virtio_net_hdr`, and may be of up to 64 KiB
 * @returns a descriptor that does not block
 */
export function openTun(name: string, offload: boolean): number {
  const tun = open('/dev/net/tun', linux.O_RDWR | linux.O_NONBLOCK, TUN_REMEDY);
  try {
    const request = Buffer.alloc(40); // struct ifreq
    request.write(name, 'latin1');
    request.writeUInt16LE(linux.IFF_TUN | linux.IFF_NO_PI | (offload ? linux.IFF_VNET_HDR : 0), 16);
    ioctl(tun, linux.TUNSETIFF, request, `make the TUN interface ${name}`);
    if (offload)
      ioctl(tun, linux.TUNSETOFFLOAD, linux.TUN_F_CSUM_TSO, `let ${name} leave segmentation to its peer`);
    ioctl(tun, linux.TUNSETPERSIST, 1, `leave ${name} to its namespace`);
    return tun;
  } catch (error) {
    close(tun);
    throw error;
  }
}
