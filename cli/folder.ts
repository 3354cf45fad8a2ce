// Folders that are made while a run goes on, and end in its run directory.
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder for what a run leaves, until that is published or given up. */
export function runFolder(): string {
  return mkdtempSync(join(tmpdir(), 'petri-run-'));
}

/** Moves a file or folder, to another file system too. */
export function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true });
    remove(from);
  }
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
