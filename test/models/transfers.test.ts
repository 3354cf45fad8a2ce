// Slices that make transfers, in a whole run: what they measure, whom they send to, and what crashes do to them.
import { describe, expect, test } from 'vitest';
import { buildTestbed } from '../../models/build-testbed.ts';
import type { FaultSpec } from '../../models/faults/spec.ts';
import { ModelRun } from '../../models/model-run.ts';
import { type SliceSpec, trueClock, unlimitedShare } from '../../models/slice/spec.ts';
import type { TransferOptions } from '../../models/slice/transfers.ts';
import { HOUR, MINUTE, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';
import { interval99 } from '../statistics.ts';

const options: TransferOptions = {
  bytes: { kind: 'constant', value: 1e6 },
  every: { kind: 'exponential', mean: 10 * SECOND },
};

function slice(name: string, change: Partial<SliceSpec> = {}): SliceSpec {
  return {
    name,
    place: { policy: 'all' },
    caps: { uplink: Infinity, burst: 1500, queue: 0 },
    share: unlimitedShare,
    clock: trueClock,
    run: { kind: 'transfers', options },
    startOver: 0,
    ...change,
  };
}

/** Ten nodes at five sites, with links of 8 Mbit/s. */
function run(slices: readonly SliceSpec[], faults: readonly FaultSpec[] = [], seed = 'seed') {
  const testbed = buildTestbed({
    seed,
    topology: { kind: 'generate', sites: 5, nodesPerSite: 2 },
    network: {
      grain: 'flow',
      access: { up: 8e6, down: 8e6, queue: 0 },
      jitter: 0,
      loss: { rate: 0, burst: 1 },
    },
    slices,
    faults,
  });
  const meters = new Map<string, Ledger>();
  const meter = (prefix: string): Ledger => {
    const ledger = meters.get(prefix) ?? new Ledger();
    meters.set(prefix, ledger);
    return ledger;
  };
  const model = new ModelRun(testbed, { meter, gauge: () => undefined });
  return { model, meter };
}

describe('transfers', () => {
  test('start as often as is said, and none is faster than its links', () => {
    const starts = Array.from({ length: 20 }, (_, seed) => {
      const { model, meter } = run([slice('bulk')], [], `${seed}`);
      model.advance(10 * MINUTE);
      const { values } = meter('bulk');
      expect(Math.min(...values.get('transfer.time')!)).toBeGreaterThan(SECOND);
      expect(Math.max(...values.get('transfer.goodput')!)).toBeLessThan(1e6);
      return meter('bulk').count('transfer.started');
    });
    // Ten slivers, sixty each.
    const { low, high } = interval99(starts);
    expect(low).toBeLessThan(600);
    expect(high).toBeGreaterThan(600);
  });

  test('of any size pass between hosts of one node, where no link bounds them', () => {
    const huge = { ...options, bytes: { kind: 'constant', value: 1e30 } } as const;
    const place = { policy: 'list', list: ['site-1-1'] } as const;
    const pair = ['one', 'two'].map((name, index) =>
      slice(name, { place, run: { kind: 'transfers', options: huge, contacts: ['two', 'one'][index] } }),
    );
    const { model, meter } = run(pair);
    model.advance(MINUTE);
    expect(meter('one').count('transfer.started')).toBeGreaterThan(0);
    expect(Math.max(...meter('one').values.get('transfer.goodput')!)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('each ends complete, failed, or in progress at the end', () => {
    const crash: FaultSpec = {
      kind: 'crash',
      at: MINUTE,
      nodes: { kind: 'all' },
      over: HOUR / 2,
      restart: MINUTE,
    };
    const { model, meter } = run([slice('bulk')], [crash]);
    model.advance(HOUR);
    const bulk = meter('bulk');
    const [started, failed] = [bulk.count('transfer.started'), bulk.count('transfer.failed')];
    const complete = bulk.sample('transfer.bytes').length;
    expect(failed).toBeGreaterThan(10);
    const left = started - failed - complete;
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left).toBeLessThan(20);
  });

  test('go to the members of another slice, where that is said', () => {
    const one = (name: string) => ({ policy: 'list', list: [name] }) as const;
    const to = slice('to', {
      place: one('site-1-1'),
      run: { kind: 'transfers', options: { ...options, every: { kind: 'constant', value: HOUR } } },
    });
    const from = slice('from', {
      place: { policy: 'list', list: ['site-2', 'site-3'] },
      run: { kind: 'transfers', options, contacts: 'to' },
    });
    const { model, meter } = run([to, from]);
    model.advance(10 * MINUTE);
    // All share the one way down: 1 MB/s for 0.4 MB/s that are offered.
    const busy = meter('from').sample('transfer.time');
    expect(busy.length).toBeGreaterThan(150);
    expect(Math.max(...busy)).toBeGreaterThan(2 * SECOND);
    expect(meter('to').count('transfer.started')).toBe(0);
  });

  test('a sliver more changes nothing in when the others start', () => {
    const alone = run([slice('bulk', { place: { policy: 'list', list: ['site-1', 'site-2'] } })]);
    const beside = run([
      slice('bulk', { place: { policy: 'list', list: ['site-1', 'site-2'] } }),
      slice('other', { place: { policy: 'list', list: ['site-3'] } }),
    ]);
    for (const { model } of [alone, beside]) model.advance(10 * MINUTE);
    const times = ({ meter }: typeof alone) => meter('bulk').sample('transfer.time');
    expect(times(beside)).toEqual(times(alone));
  });
});
