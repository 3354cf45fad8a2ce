// Petri's own version, from its package.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../scenarios/library.ts';

export const VERSION: string = JSON.parse(
  readFileSync(join(packageFolder(), 'package.json'), 'utf8'),
).version;
