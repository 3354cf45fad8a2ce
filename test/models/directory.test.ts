// The directory of a slice, against a list from which each member takes itself out.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SliceDirectory } from '../../models/host/directory.ts';
import type { Directory } from '../../protocols/port.ts';

const listed = (view: Directory) => Array.from({ length: view.size }, (_, index) => view.at(index));

describe('a directory', () => {
  test('shows each all others that ever started, in the order of their first start', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 40 }), starts => {
        const directory = new SliceDirectory();
        // Taken before anyone is listed: what a member holds goes on to be right.
        const views = Array.from({ length: 13 }, (_, address) => directory.seenBy(address));
        const first: number[] = [];
        for (const address of starts) {
          directory.list(address);
          if (!first.includes(address)) first.push(address);
          for (const [own, view] of views.entries()) {
            expect(listed(view)).toEqual(first.filter(member => member !== own));
          }
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
