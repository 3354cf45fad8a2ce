// Reserves of slivers on one node: those that its uplink cannot keep are refused by name.
import { describe, expect, test } from 'vitest';
import { checkReserves } from '../../models/slice/claims.ts';
import { type SliceSpec, trueClock, unlimitedShare } from '../../models/slice/spec.ts';

const access = { up: 10e6, down: 10e6, queue: 0, sharing: 'shares' } as const;
const names = ['mit-1', 'ucla-1'];

function slice(name: string, nodes: readonly number[], reserve?: number) {
  const spec: SliceSpec = {
    name,
    place: { policy: 'all' },
    caps: { uplink: Infinity, burst: 1500, queue: 0, ...(reserve !== undefined && { reserve }) },
    share: unlimitedShare,
    clock: trueClock,
    run: { kind: 'protocol', protocol: 'ping', options: {} },
    startOver: 0,
  };
  return { spec, nodes };
}

describe('reserves', () => {
  test('up to the whole link are kept', () => {
    checkReserves([slice('a', [0, 1], 4e6), slice('b', [0], 6e6), slice('c', [0, 1])], names, access);
  });

  test('above it are refused, with the node and the slices that reserve there', () => {
    const slices = [slice('a', [0, 1], 4e6), slice('b', [0], 5e6), slice('c', [0]), slice('d', [1, 0], 2e6)];
    expect(() => checkReserves(slices, names, access)).toThrow(
      'slices.d.caps.reserve: found 11 Mbit/s reserved on the node mit-1 by the slices a, b, d, ' +
        "expected at most 10 Mbit/s in all, the rate of the node's uplink",
    );
  });

  test('mean nothing where the first who comes is served first', () => {
    const { sharing: _, ...fifo } = access;
    checkReserves([slice('a', [0], 40e6)], names, fifo);
  });
});
