// Programs without raw sockets: they can neither forge packets nor read those of others.
import { DEFAULT_PATH, findExecutable } from './executable.ts';
import type { Birth } from './syscalls.ts';

export type Command = Pick<Birth, 'file' | 'argv'>;

/** Gives up a capability for good, and becomes the program. */
const setpriv = () => findExecutable('setpriv', DEFAULT_PATH);

/** In words why programs cannot be kept from raw sockets here; undefined where they can. */
export function rawSocketsProblem(): string | undefined {
  const found = setpriv();
  if (!('problem' in found)) return undefined;
  return `${found.problem}, by which programs are kept from raw sockets (in Debian it is in util-linux)`;
}

/** The command as one that may not open raw sockets. It must be so here: `rawSocketsProblem`. */
export function withoutRawSockets({ file, argv }: Command): Command {
  const found = setpriv();
  if ('problem' in found) throw new Error(found.problem);
  return { file: found.file, argv: ['setpriv', '--bounding-set=-net_raw', file, ...argv.slice(1)] };
}
