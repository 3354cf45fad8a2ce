// System calls that programs need: to start a process without copying this one, to learn how it ended, to try a port.
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { addressBytes } from '../../packet/address.ts';
import { AF_INET, AF_INET6, O_CLOEXEC, O_NONBLOCK } from '../constants.ts';
import { close, failure } from '../syscalls.ts';

// <sched.h>, <fcntl.h>, <sys/socket.h>
export const CLONE_NEWPID = 0x20000000;
const O_RDONLY = 0;
const O_WRONLY = 0o1;
const O_CREAT = 0o100;
const O_APPEND = 0o2000;
const SOCK_STREAM = 1;
// <spawn.h>
const SPAWN_SETSIGDEF = 0x04;
const SPAWN_SETSIGMASK = 0x08;
const SPAWN_SETSID = 0x80;
// <sys/wait.h>
const P_ALL = 0;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;

type Numbers = number[];
type Pointer = Uint8Array | null;

interface Calls {
  posix_spawn(
    pid: Numbers,
    path: string,
    actions: Pointer,
    attributes: Pointer,
    argv: (string | null)[],
    env: (string | null)[],
  ): number;
  posix_spawn_file_actions_init(actions: Pointer): number;
  posix_spawn_file_actions_destroy(actions: Pointer): number;
  posix_spawn_file_actions_addopen(
    actions: Pointer,
    descriptor: number,
    path: string,
    flags: number,
    mode: number,
  ): number;
  posix_spawn_file_actions_addchdir_np(actions: Pointer, path: string): number;
  posix_spawnattr_init(attributes: Pointer): number;
  posix_spawnattr_setflags(attributes: Pointer, flags: number): number;
  posix_spawnattr_setsigdefault(attributes: Pointer, signals: Pointer): number;
  posix_spawnattr_setsigmask(attributes: Pointer, signals: Pointer): number;
  waitid(kind: number, id: number, information: Pointer, options: number): number;
  wait4(pid: number, status: Numbers, options: number, usage: Pointer): number;
  socket(family: number, type: number, protocol: number): number;
  connect(descriptor: number, address: Pointer, length: number): number;
}

const SIGNATURES: Readonly<Record<keyof Calls, string>> = {
  posix_spawn: 'int posix_spawn(_Out_ int *, const char *, void *, void *, const char **, const char **)',
  posix_spawn_file_actions_init: 'int posix_spawn_file_actions_init(void *)',
  posix_spawn_file_actions_destroy: 'int posix_spawn_file_actions_destroy(void *)',
  posix_spawn_file_actions_addopen:
    'int posix_spawn_file_actions_addopen(void *, int, const char *, int, uint)',
  posix_spawn_file_actions_addchdir_np: 'int posix_spawn_file_actions_addchdir_np(void *, const char *)',
  posix_spawnattr_init: 'int posix_spawnattr_init(void *)',
  posix_spawnattr_setflags: 'int posix_spawnattr_setflags(void *, short)',
  posix_spawnattr_setsigdefault: 'int posix_spawnattr_setsigdefault(void *, void *)',
  posix_spawnattr_setsigmask: 'int posix_spawnattr_setsigmask(void *, void *)',
  waitid: 'int waitid(int, uint, void *, int)',
  wait4: 'int wait4(int, _Out_ int *, int, void *)',
  socket: 'int socket(int, int, int)',
  connect: 'int connect(int, void *, uint)',
};

let loaded: Calls | undefined;

function calls(): Calls {
  if (!loaded) {
    const libc = (createRequire(import.meta.url)('koffi') as typeof import('koffi')).load(null);
    loaded = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, signature]) => [name, libc.func(signature)]),
    ) as unknown as Calls;
  }
  return loaded;
}

/** A process to be: the executable's absolute name, its arguments from its own name on, and what surrounds it. */
export interface Birth {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Files that its standard output and error are appended to. Its standard input is empty. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Larger than what any C library keeps in them. */
const ACTIONS_SIZE = 512;
const ATTRIBUTES_SIZE = 1024;
const SIGNAL_SET_SIZE = 128;

/**
 * Starts a process in a session of its own. It does not fork: that would copy this process's page tables, 4 ms for
 * every 100 MB, and every write of every thread to memory would fault for a while.
 * @returns its number
 * @throws {Error} with `code`, the error's name in <errno.h>
 */
export function spawnProcess({ file, argv, env, directory, stdout, stderr }: Birth): number {
  const libc = calls();
  const actions = Buffer.alloc(ACTIONS_SIZE);
  const append = O_WRONLY | O_CREAT | O_APPEND;
  libc.posix_spawn_file_actions_init(actions);
  libc.posix_spawn_file_actions_addopen(actions, 0, '/dev/null', O_RDONLY, 0);
  libc.posix_spawn_file_actions_addopen(actions, 1, stdout, append, 0o644);
  libc.posix_spawn_file_actions_addopen(actions, 2, stderr, append, 0o644);
  libc.posix_spawn_file_actions_addchdir_np(actions, directory);
  const pid: Numbers = [0];
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const error = libc.posix_spawn(pid, file, actions, ownSession(), [...argv, null], [...variables, null]);
  libc.posix_spawn_file_actions_destroy(actions);
  if (error === 0) return pid[0];
  const code = getSystemErrorName(-error);
  throw Object.assign(new Error(`cannot start ${file}: ${code}`), { code });
}

/** A new session, no signal blocked, and each signal's default action: Node.js ignores some. */
function ownSession(): Uint8Array {
  const libc = calls();
  const attributes = Buffer.alloc(ATTRIBUTES_SIZE);
  libc.posix_spawnattr_init(attributes);
  libc.posix_spawnattr_setflags(attributes, SPAWN_SETSID | SPAWN_SETSIGDEF | SPAWN_SETSIGMASK);
  libc.posix_spawnattr_setsigdefault(attributes, Buffer.alloc(SIGNAL_SET_SIZE).fill(0xff, 0, 8));
  libc.posix_spawnattr_setsigmask(attributes, Buffer.alloc(SIGNAL_SET_SIZE));
  return attributes;
}

const information = Buffer.alloc(SIGNAL_SET_SIZE);
/** Where `siginfo_t` has the number of the process, on machines of 64 bits. */
const INFORMATION_PID = 16;

/** The number of a child that has ended and has not been waited for; 0: there is none. It stays as it is. */
export function endedChild(): number {
  information.fill(0);
  const result = calls().waitid(P_ALL, 0, information, WEXITED | WNOHANG | WNOWAIT);
  return result === 0 ? information.readInt32LE(INFORMATION_PID) : 0;
}

export interface Ending {
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** How a child ended, once; undefined while it runs. */
export function reap(pid: number): Ending | undefined {
  const word: Numbers = [0];
  if (calls().wait4(pid, word, WNOHANG, null) !== pid) return undefined;
  const number = word[0] & 0x7f;
  return number === 0
    ? { status: (word[0] >> 8) & 0xff, signal: undefined }
    : { status: undefined, signal: signalName(number) };
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  // Real-time signals have no name there.
  return (found?.[0] ?? `SIG${number}`) as NodeJS.Signals;
}

/** Opens a TCP socket in the network namespace that this thread is in. It does not block. */
export function tcpSocket(ip: string): number {
  const family = ip.includes(':') ? AF_INET6 : AF_INET;
  const descriptor = calls().socket(family, SOCK_STREAM | O_NONBLOCK | O_CLOEXEC, 0);
  if (descriptor < 0) throw failure('open a socket');
  return descriptor;
}

/** Whether a TCP port of a numeric address takes a connection now. The socket is closed. */
export function connects(descriptor: number, ip: string, port: number): boolean {
  const address = socketAddress(ip, port);
  // To an address of the host itself the handshake ends within the first call; the second one tells how.
  const first = calls().connect(descriptor, address, address.length);
  const connected = first === 0 || calls().connect(descriptor, address, address.length) === 0;
  close(descriptor);
  return connected;
}

function socketAddress(ip: string, port: number): Uint8Array {
  const bytes = addressBytes(ip);
  const address = Buffer.alloc(bytes.length === 4 ? 16 : 28);
  address.writeUInt16LE(bytes.length === 4 ? AF_INET : AF_INET6, 0);
  address.writeUInt16BE(port, 2);
  address.set(bytes, bytes.length === 4 ? 4 : 8);
  return address;
}
