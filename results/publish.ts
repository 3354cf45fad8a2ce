// A directory that appears whole or not at all: its parts are written beside it and renamed into place.
import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ResultsError } from './errors.ts';

/** File names, and what writes each to the path that it is given. */
export type Parts = Readonly<Record<string, (path: string) => Promise<void>>>;

/**
 * Writes the parts into the first of the candidates that is free: absent, or an empty directory.
 * @param candidates paths in one and the same parent, which is made where it is missing
 * @returns the path taken, or `undefined` where none was free; then, as after an error, nothing is left behind
 * @throws {ResultsError} naming the path, where the place cannot be written or is full
 */
export async function publish(candidates: Iterable<string>, parts: Parts): Promise<string | undefined> {
  const targets = candidates[Symbol.iterator]();
  const first = targets.next();
  if (first.done) return undefined;
  const parent = dirname(resolve(first.value));
  const draft = join(parent, `.${basename(first.value)}.${randomBytes(6).toString('hex')}`);
  let made: string | undefined;
  let taken: string | undefined;
  try {
    made = await makeDirectories(parent);
    await mkdir(draft);
    for (const [name, write] of Object.entries(parts)) await write(join(draft, name));
    taken = await movedToFirstFree(draft, first.value, targets);
    return taken;
  } catch (error) {
    throw cannotWrite(first.value, error);
  } finally {
    if (taken === undefined) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      if (made) await removeEmpty(parent, made);
    }
  }
}

async function movedToFirstFree(
  draft: string,
  first: string,
  others: Iterator<string>,
): Promise<string | undefined> {
  if (await moved(draft, first)) return first;
  for (let next = others.next(); !next.done; next = others.next()) {
    if (await moved(draft, next.value)) return next.value;
  }
  return undefined;
}

/** Renames a directory onto a free place; false where the place is not free. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

/**
 * Makes a directory and those above it that are missing. (Node's own recursive mkdir does not end below /proc.)
 * @returns the highest that was made, undefined where all were there
 */
async function makeDirectories(path: string): Promise<string | undefined> {
  if (await isDirectory(path)) return undefined;
  const made = await makeDirectories(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    if (await isDirectory(path)) return made;
    if (made) await removeEmpty(dirname(path), made);
    throw error;
  }
  return made ?? path;
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}

/** Removes the directories from `deepest` up to `highest`, as far as they are empty. */
async function removeEmpty(deepest: string, highest: string): Promise<void> {
  for (let path = deepest; path.length >= highest.length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left there',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EPERM: 'it is not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'a part of the path is a file, not a directory',
  ENOENT: 'the place does not exist and cannot be made',
  ENAMETOOLONG: 'the name is too long',
};

/** An error of the file system in plain words; an error of another kind as it is. */
export function cannotWrite(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!code || !('syscall' in (error as object))) return error;
  const remedy =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'free some space, or choose another place'
      : 'choose a place that can be written';
  return new ResultsError(`cannot write ${path}, ${REASONS[code] ?? (error as Error).message}`, remedy, {
    cause: error,
  });
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
