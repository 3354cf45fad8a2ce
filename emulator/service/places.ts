// Where a service finds its own files: the same names on every machine, whatever folder they are in.
import { join, relative, sep } from 'node:path';
import { packageFolder } from './entry.ts';

/** A folder of a service's files: as the service sees it, and where it is. */
export interface Folder {
  readonly path: string;
  readonly folder: string;
}

/** Where every service lives. */
export const HOME = '/app';

/** Names of a service's files, by which the service knows them. */
export class Places {
  private readonly known: Folder[];

  /** @param root the folder of the service's package */
  constructor(root: string) {
    this.known = [{ path: HOME, folder: root }];
  }

  /** The folders that files have been asked for. */
  get folders(): readonly Folder[] {
    return this.known;
  }

  /** A file's name: below the service's home, also where a package was found outside of its folder. */
  pathOf(file: string): string {
    const inside = this.known.find(({ folder }) => file.startsWith(folder + sep));
    if (inside !== undefined) return join(inside.path, relative(inside.folder, file));
    const folder = packageFolder(file);
    const name = /.*[\\/]node_modules[\\/](.+)$/.exec(folder)?.[1] ?? relative(join(folder, '..'), folder);
    this.known.push({ path: join(HOME, 'node_modules', name), folder });
    return this.pathOf(file);
  }
}

/** The names that this machine has for a service's files. */
export class RealPlaces implements Pick<Places, 'folders' | 'pathOf'> {
  readonly folders: readonly Folder[] = [];

  pathOf(file: string): string {
    return file;
  }
}
