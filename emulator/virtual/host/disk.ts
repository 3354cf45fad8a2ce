// A host's disk: a file system of its own in memory, which outlives its programs, over the service's files.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Folder } from '../../service/places.ts';
import { running } from '../realm/running.ts';
import { unsupported } from '../realm/unsupported.ts';

type Memfs = typeof import('memfs');
type Volume = import('memfs').Volume;
type Call = (...args: unknown[]) => unknown;

/** Of a process what a file system asks. */
interface Resident {
  cwd(): string;
  getuid(): number;
  getgid(): number;
}

/** Loaded when a host first uses its disk. */
const memfs = (): Memfs => createRequire(import.meta.url)('memfs') as Memfs;

/** Calls that look at files without naming a path first, or not at all. */
const REFUSED = ['watch', 'watchFile', 'unwatchFile'];

/** Folders that hosts have besides the service's own. */
const FOLDERS = ['/tmp', '/home/petri', '/var/tmp'];

export class Disk {
  /** What programs get for `fs` and `fs/promises`. */
  readonly fs: object;
  readonly promises: object;

  private readonly volume: Volume;
  private readonly folders: readonly Folder[];
  /** Names that have been looked for among the service's files. */
  private readonly looked = new Set<string>();

  constructor(folders: readonly Folder[]) {
    const { createFsFromVolume, Volume } = memfs();
    this.folders = [...folders].sort((a, b) => b.path.length - a.path.length);
    this.volume = Volume.fromNestedJSON({}, '/', { process: resident } as never);
    for (const folder of [...FOLDERS, ...folders.map(({ path }) => path)])
      this.volume.mkdirSync(folder, { recursive: true });
    const fs = createFsFromVolume(this.volume) as unknown as Record<string, unknown>;
    this.promises = this.overFiles(fs.promises as Record<string, unknown>);
    this.fs = { ...this.overFiles(fs), promises: this.promises };
  }

  /** The same calls, each after a look for the files that it names among the service's own. */
  private overFiles(calls: Record<string, unknown>): Record<string, unknown> {
    const names = new Set([...Object.keys(calls), ...methodsOf(calls)]);
    const wrapped: Record<string, unknown> = {};
    for (const name of names) {
      const value = calls[name];
      wrapped[name] = REFUSED.includes(name)
        ? () => {
            throw unsupported(`fs.${name}`, 'fs');
          }
        : typeof value === 'function' && /^[a-z]/.test(name)
          ? this.overFile(value as Call, calls)
          : value;
    }
    return wrapped;
  }

  private overFile(call: Call, owner: object): Call {
    const wrapped = (...args: unknown[]) => {
      this.reveal(args[0]);
      this.reveal(args[1]);
      return call.apply(owner, args);
    };
    return Object.assign(wrapped, call);
  }

  /** Copies a file or folder of the service's onto the disk when it is first named; the program may change the copy. */
  private reveal(name: unknown): void {
    const path = pathOf(name);
    if (path === undefined) return;
    const inside = this.folders.find(folder => path === folder.path || path.startsWith(`${folder.path}/`));
    if (inside === undefined || this.looked.has(path)) return;
    this.looked.add(path);
    if (path !== inside.path) this.reveal(posix.dirname(path));
    const file = inside.folder + path.slice(inside.path.length);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      this.volume.mkdirSync(path, { recursive: true });
      for (const entry of readdirSync(file)) this.placeHolder(posix.join(path, entry), `${file}/${entry}`);
    } else if (stat?.isFile()) this.volume.writeFileSync(path, readFileSync(file));
  }

  /** An entry of a folder: a file is filled when it is first named. */
  private placeHolder(path: string, file: string): void {
    if (this.volume.existsSync(path)) return;
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) this.volume.mkdirSync(path, { recursive: true });
    else if (stat?.isFile()) this.volume.writeFileSync(path, '');
  }
}

function methodsOf(object: object): string[] {
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null || prototype === Object.prototype) return [];
  return Object.getOwnPropertyNames(prototype).filter(name => name !== 'constructor');
}

/** The process whose code runs. */
const resident: Resident & { readonly platform: string; emitWarning(): void; readonly env: object } = {
  cwd: () => (running.machine?.process as Resident | undefined)?.cwd() ?? '/',
  getuid: () => 1000,
  getgid: () => 1000,
  platform: 'linux',
  emitWarning: () => undefined,
  env: {},
};

function pathOf(name: unknown): string | undefined {
  if (name instanceof URL) return name.protocol === 'file:' ? fileURLToPath(name) : undefined;
  if (typeof name !== 'string' || name === '') return undefined;
  return posix.resolve(resident.cwd(), name);
}
