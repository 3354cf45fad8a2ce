// The state directory of a run that is up: where its control socket is found, by its name.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Janitor } from '../programs/janitor.ts';

/** Characters of a scenario's name that go into the name of a run: names of sockets have 107 at most. */
const NAME_MOST = 40;
const SOCKET = 'control.sock';

/** Where this user's runs may be, those that are private to the session first. */
export function runtimeFolders(): string[] {
  const session = process.env.XDG_RUNTIME_DIR;
  return [...(session ? [join(session, 'petri')] : []), '/run/petri', ...folderInTmp()];
}

/** A user namespace in which this user is root hides the user's number, not that of the folder. */
function folderInTmp(): string[] {
  const others = readdirSync('/tmp').filter(name => /^petri-\d+$/.test(name));
  return [...new Set([`petri-${userOutside()}`, ...others])].map(name => join('/tmp', name));
}

function userOutside(): number {
  const user = process.geteuid!();
  const map = readFileSync('/proc/self/uid_map', 'latin1').trim().split('\n');
  const ranges = map.map(line => line.trim().split(/\s+/).map(Number));
  const range = ranges.find(([inside, , length]) => inside <= user && user < inside + length);
  return range ? range[1] + user - range[0] : user;
}

/** A run that may be up: its name and its control socket. */
export interface RunPlace {
  readonly name: string;
  readonly socket: string;
}

/** The runs of this user, whether they are up or not. */
export function findRuns(folders: readonly string[] = runtimeFolders()): RunPlace[] {
  return folders.flatMap(folder => {
    if (!isOurs(folder)) return [];
    return readdirSync(folder)
      .map(name => ({ name, socket: join(folder, name, SOCKET) }))
      .filter(({ socket }) => existsSync(socket));
  });
}

/** Folders in /tmp may be anyone's. */
function isOurs(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory() || found.uid !== process.geteuid!()) return false;
  return (found.mode & 0o077) === 0;
}

/** Made for a run, and removed with it, by the janitor if need be. */
export class RunState {
  /** `<scenario>-<pid>` */
  readonly name: string;
  readonly socket: string;
  private readonly folder: string;
  private readonly directory: string;

  /** @throws {Error} where none of the places is this user's to write to */
  constructor(scenario: string, janitor: Pick<Janitor, 'removeFiles' | 'removeEmpty'>) {
    this.name = `${scenario.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, NAME_MOST)}-${process.pid}`;
    this.folder = makeFolder();
    this.directory = join(this.folder, this.name);
    janitor.removeFiles(this.directory);
    janitor.removeEmpty(this.folder);
    rmSync(this.directory, { recursive: true, force: true });
    // Another run that ends may have removed the folder just now.
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    this.socket = join(this.directory, SOCKET);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
    try {
      rmdirSync(this.folder);
    } catch {
      // Other runs are in it.
    }
  }
}

function makeFolder(): string {
  const folders = runtimeFolders();
  for (const folder of folders) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') continue;
    }
    if (isOurs(folder)) return folder;
  }
  throw new Error(`none of ${folders.join(', ')} is a folder of this user's that nobody else may enter`);
}
