// Drawing members from a directory.
import type { Address, Directory } from './port.ts';

/**
 * A listed member other than `self`, uniformly where nobody is listed twice. Undefined where there is none.
 * @param random uniform in [0, 1)
 */
export function sampleOther(directory: Directory, self: Address, random: () => number): Address | undefined {
  const { size } = directory;
  if (size === 0) return undefined;
  const index = Math.floor(random() * size);
  const drawn = directory.at(index);
  if (drawn !== self) return drawn;
  if (size === 1) return undefined;
  const among = Math.floor(random() * (size - 1));
  const other = directory.at(among < index ? among : among + 1);
  if (other !== self) return other;
  for (let i = 0; i < size; i++) {
    if (directory.at(i) !== self) return directory.at(i);
  }
  return undefined;
}
