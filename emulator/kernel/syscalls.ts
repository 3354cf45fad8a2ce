// System calls, with the error number of each turned into an error. The library is loaded at the first call, so that
// this file can be imported where there is none.
import { createRequire } from 'node:module';
import { getSystemErrorMap } from 'node:util';
import * as linux from './constants.ts';
import { KernelError } from './kernel-error.ts';

type Koffi = typeof import('koffi');
type Pointer = Uint8Array | number | null;
type Call = (...args: (Pointer | string)[]) => number;

/** Calls of the C library by name. What takes memory takes a typed array or an address as a number. */
interface Library {
  readonly koffi: Koffi;
  readonly calls: Readonly<Record<keyof typeof SIGNATURES, Call>>;
}

const SIGNATURES = {
  open: ['int', ['str', 'int', 'int']],
  close: ['int', ['int']],
  read: ['int', ['int', 'uintptr_t', 'size_t']],
  write: ['int', ['int', 'uintptr_t', 'size_t']],
  unshare: ['int', ['int']],
  setns: ['int', ['int', 'int']],
  sethostname: ['int', ['str', 'size_t']],
  chdir: ['int', ['str']],
  mount: ['int', ['str', 'str', 'str', 'ulong', 'str']],
  umount2: ['int', ['str', 'int']],
  ioctl: ['int', ['int', 'ulong', 'void *']],
  socket: ['int', ['int', 'int', 'int']],
  send: ['int', ['int', 'void *', 'size_t', 'int']],
  recv: ['int', ['int', 'void *', 'size_t', 'int']],
  getrlimit: ['int', ['int', 'void *']],
  setrlimit: ['int', ['int', 'void *']],
  prctl: ['int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']],
  eventfd: ['int', ['uint', 'int']],
  epoll_create1: ['int', ['int']],
  epoll_ctl: ['int', ['int', 'int', 'int', 'void *']],
  memcpy: ['uintptr_t', ['uintptr_t', 'uintptr_t', 'size_t']],
  // By its number: the C libraries of some systems that have the call do not know it.
  syscall: ['int', ['long', 'int', 'uintptr_t', 'int', 'uintptr_t', 'uintptr_t', 'size_t']],
} as const;

let library: Library | undefined;

function load(): Library {
  if (library) return library;
  if (process.platform !== 'linux') {
    throw new KernelError(`this machine runs ${process.platform}`, 'the mode emulate needs Linux');
  }
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const libc = koffi.load(null);
    const calls = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, [result, args]]) => [name, libc.func(name, result, [...args])]),
    ) as unknown as Library['calls'];
    library = { koffi, calls };
    return library;
  } catch (error) {
    const what = `the C library cannot be called: ${(error as Error).message}`;
    throw new KernelError(what, 'install the package koffi with its binary for this system (npm ci)');
  }
}

/** The calls themselves, for loops that cannot afford a wrapper: -1 and `errno()` tell of an error. */
export function rawCalls(): Library['calls'] {
  return load().calls;
}

/** The error number of this thread's last call that failed. */
export function errno(): number {
  return load().koffi.errno();
}

/** What to do about an error, where it is the same whatever was called. */
const REMEDIES: Readonly<Record<string, string>> = {
  EPERM: 'run as root, or allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1',
  EACCES: 'run as root, or allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1',
  EMFILE: 'allow more open files: ulimit -n 65536',
  ENFILE: 'allow more open files: sysctl -w fs.file-max=1000000',
  ENOMEM: 'free some memory, or run fewer hosts',
  ENOSPC: 'allow more namespaces: sysctl -w user.max_net_namespaces=100000 user.max_uts_namespaces=100000',
  ENOSYS: 'the mode emulate needs Linux 5.11 or later',
};

/** The error of the call that has just failed. @param doing what it was to do, as in `cannot make a namespace` */
export function failure(doing: string, remedy?: string): KernelError {
  const number = errno();
  const [code, text] = getSystemErrorMap().get(-number) ?? [`error ${number}`, 'unknown error'];
  const advice = remedy ?? REMEDIES[code] ?? "see what 'petri doctor' says of this machine";
  return new KernelError(`cannot ${doing}: ${text} (${code})`, advice, code);
}

function check(result: number, doing: string, remedy?: string): number {
  if (result < 0) throw failure(doing, remedy);
  return result;
}

/** Gives this thread namespaces of its own, or (`CLONE_FS`) a working directory and root of its own. */
export function unshare(flags: number, doing: string): void {
  check(load().calls.unshare(flags), doing);
}

/** Moves this thread into the namespace that a descriptor stands for. */
export function setns(descriptor: number, kind: number): void {
  check(load().calls.setns(descriptor, kind), 'enter a namespace');
}

export function sethostname(name: string): void {
  check(load().calls.sethostname(name, Buffer.byteLength(name)), `set the host name ${name}`);
}

/** Changes the working directory of this thread, and of those that share it. */
export function chdir(path: string): void {
  check(load().calls.chdir(path), `change to the directory ${path}`);
}

export function mount(source: string, target: string, type: string | null, flags: number): void {
  check(load().calls.mount(source, target, type, flags, null), `mount ${source} on ${target}`);
}

export function unmount(target: string): void {
  check(load().calls.umount2(target, linux.MNT_DETACH), `unmount ${target}`);
}

/** @returns a descriptor that programs started by this process do not inherit */
export function open(path: string, flags: number, remedy?: string): number {
  return check(load().calls.open(path, flags | linux.O_CLOEXEC, 0), `open ${path}`, remedy);
}

export function close(descriptor: number): void {
  load().calls.close(descriptor);
}

/** @param argument memory that the kernel reads and fills, or a plain number */
export function ioctl(descriptor: number, request: number, argument: Pointer, doing: string): void {
  check(load().calls.ioctl(descriptor, request, argument), doing);
}

/** @returns undefined where this kernel does not know the family */
export function socket(family: number, type: number): number | undefined {
  const descriptor = load().calls.socket(family, type | linux.SOCK_CLOEXEC, 0);
  if (descriptor < 0 && errno() === linux.EAFNOSUPPORT) return undefined;
  return check(descriptor, 'open a socket');
}

export function send(descriptor: number, bytes: Uint8Array, length: number): void {
  check(load().calls.send(descriptor, bytes, length, 0), 'ask the kernel for a change of the network');
}

/** @returns how many bytes have come */
export function receive(descriptor: number, into: Uint8Array): number {
  return check(load().calls.recv(descriptor, into, into.length, 0), 'hear of a change of the network');
}

/** How many descriptors this process may hold, and how far it may raise that by itself. */
export function descriptorLimit(): { soft: number; hard: number } {
  const limits = new BigUint64Array(2);
  const bytes = new Uint8Array(limits.buffer);
  check(load().calls.getrlimit(linux.RLIMIT_NOFILE, bytes), 'read the limit of open files');
  return { soft: Number(limits[0]), hard: Number(limits[1]) };
}

/** @returns whether it was allowed; above the hard limit only root may go */
export function raiseDescriptorLimit(soft: number, hard: number): boolean {
  const bytes = new Uint8Array(BigUint64Array.of(BigInt(soft), BigInt(hard)).buffer);
  return load().calls.setrlimit(linux.RLIMIT_NOFILE, bytes) === 0;
}

/** Lets this thread's timers be as late as so many nanoseconds (>= 1), in place of 50 000. */
export function setTimerSlack(nanoseconds: number): void {
  check(load().calls.prctl(linux.PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0), 'set the timer slack');
}

/** A counter that wakes who waits for it. */
export function eventfd(): number {
  return check(load().calls.eventfd(0, linux.EFD_NONBLOCK | linux.EFD_CLOEXEC), 'make an event descriptor');
}

export function epollCreate(): number {
  return check(load().calls.epoll_create1(linux.EPOLL_CLOEXEC), 'make an epoll descriptor');
}

/** Watches a descriptor for input. @param tag a 32-bit integer that comes back with its events */
export function epollAdd(epoll: number, descriptor: number, tag: number): void {
  const event = Buffer.alloc(16);
  event.writeUInt32LE(linux.EPOLLIN, 0);
  event.writeInt32LE(tag, EPOLL_TAG);
  check(load().calls.epoll_ctl(epoll, linux.EPOLL_CTL_ADD, descriptor, event), 'watch a descriptor');
}

/** `struct epoll_event` is packed on x86-64 alone. */
export const EPOLL_EVENT = process.arch === 'x64' ? 12 : 16;
export const EPOLL_TAG = process.arch === 'x64' ? 4 : 8;

/** Memory for calls that are made so often that they must be given an address. */
export interface Memory {
  readonly address: number;
  readonly bytes: Buffer;
}

/** So many bytes (not cleared) with their address, which stays as long as they are referred to. */
export function memory(length: number): Memory {
  const bytes = Buffer.allocUnsafeSlow(length);
  return { address: Number(load().koffi.address(bytes)), bytes };
}
