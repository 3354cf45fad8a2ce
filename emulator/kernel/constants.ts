// Numbers of Linux that system calls take, as its headers have them. The same on every architecture that Node.js runs on.

// <fcntl.h>, <sys/epoll.h>, <sys/eventfd.h>
export const O_RDONLY = 0;
export const O_RDWR = 0o2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = O_NONBLOCK;
export const EFD_CLOEXEC = O_CLOEXEC;
export const EPOLL_CLOEXEC = O_CLOEXEC;
export const EPOLL_CTL_ADD = 1;
export const EPOLLIN = 1;

// <sched.h>
export const CLONE_FS = 0x200;
export const CLONE_NEWNS = 0x20000;
export const CLONE_NEWUTS = 0x4000000;
export const CLONE_NEWNET = 0x40000000;

// <sys/mount.h>
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_SLAVE = 0x80000;
export const MNT_DETACH = 2;

// <sys/resource.h>, <sys/prctl.h>
export const RLIMIT_NOFILE = 7;
export const PR_SET_TIMERSLACK = 29;

// <linux/if_tun.h>
export const TUNSETIFF = 0x400454ca;
export const TUNSETPERSIST = 0x400454cb;
export const TUNSETOFFLOAD = 0x400454d0;
export const IFF_TUN = 0x1;
export const IFF_NO_PI = 0x1000;
export const IFF_VNET_HDR = 0x4000;
/** Checksums, and TCP segmentation over IPv4 and over IPv6, are left to whoever reads the interface. */
export const TUN_F_CSUM_TSO = 0x1 | 0x2 | 0x4;

// <sys/socket.h>, <linux/sockios.h>
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = O_CLOEXEC;
export const SIOCGIFINDEX = 0x8933;

// <errno.h>
export const EPERM = 1;
export const ENOENT = 2;
export const EINTR = 4;
export const EIO = 5;
export const EINVAL = 22;
export const EMFILE = 24;
export const ENOSPC = 28;
export const EAFNOSUPPORT = 97;
