// The keys of links, shares, the day's bytes, variation and transfers: what they become, and what is refused.
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../scenarios/load.ts';
import { ScenarioError } from '../../scenarios/problem.ts';

const MB = 1e6;

function scenario({ network = '{}', caps = '{}', run = '{ protocol: ping }', more = '' }): string {
  return `name: x
duration: 10m
topology: { generate: { sites: 5 } }
network: ${network}
slices:
  probe: { caps: ${caps}, run: ${run} }
${more}`;
}

const load = (keys: Parameters<typeof scenario>[0]) => parseScenario(scenario(keys), 'x.yaml').scenario;

function problems(keys: Parameters<typeof scenario>[0]): string[] {
  try {
    load(keys);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  throw new Error('it loaded');
}

const TRANSFERS = '{ transfers: { bytes: pareto 1MB 1.5, every: exponential 30s } }';

describe('the network', () => {
  test('shares nothing and varies in nothing where nothing is said', () => {
    const { network, slices } = load({});
    expect(network.access).toEqual({ up: Infinity, down: Infinity, queue: 100e6 });
    expect(network).not.toHaveProperty('site');
    expect(network).not.toHaveProperty('variation');
    expect(slices[0].caps).toEqual({ uplink: Infinity, burst: 15_000, queue: 1e9 });
  });

  test('takes shares, reserves and root, with a rate to share', () => {
    const access = '{ up: 10Mbps, sharing: shares, root: { rate: 100kbps } }';
    const { network, slices } = load({
      network: `{ access: ${access} }`,
      caps: '{ share: 2, reserve: 1Mbps, uplink: 5Mbps, daily: 10.8GB }',
    });
    expect(network.access).toMatchObject({ sharing: 'shares', root: { share: 5, rate: 1e5 } });
    expect(slices[0].caps).toMatchObject({ share: 2, reserve: 1e6, uplink: 5e6, daily: 10.8e9 });
  });

  test('takes a link of each site and what else goes over it', () => {
    const { network } = load({
      network: '{ site: { up: 20Mbps, own: { down: 5Mbps } }, variation: planetlab }',
    });
    const own = { up: 0, down: 5e6, packet: 1000 };
    expect(network.site).toEqual({ up: 20e6, down: Infinity, queue: 100e6, own });
    expect(network.variation).toBe('planetlab');
  });

  test('takes transfers at the grain of flows', () => {
    const { slices } = load({ network: '{ grain: flow }', run: TRANSFERS });
    expect(slices[0].run).toEqual({
      kind: 'transfers',
      options: {
        bytes: { kind: 'pareto', minimum: MB, alpha: 1.5 },
        every: { kind: 'exponential', mean: 30e9 },
      },
    });
  });
});

describe('refused is', () => {
  test.each([
    ['shares of what is unlimited', { network: '{ access: { sharing: shares } }' }, 'network.access.sharing'],
    ['a share where the first who comes is first', { caps: '{ share: 2 }' }, 'slices.probe.caps.share'],
    ['a reserve there', { caps: '{ reserve: 1Mbps }' }, 'slices.probe.caps.reserve'],
    ['root there', { network: '{ access: { up: 10Mbps, root: { rate: 1Mbps } } }' }, 'network.access.root'],
    [
      'a reserve above the cap',
      {
        network: '{ access: { up: 10Mbps, sharing: shares } }',
        caps: '{ reserve: 2Mbps, uplink: 1Mbps }',
      },
      'slices.probe.caps.reserve',
    ],
    ['a cap of zero', { caps: '{ uplink: 0bps }' }, 'slices.probe.caps.uplink'],
    ['a day of no bytes', { caps: '{ daily: 0B }' }, 'slices.probe.caps.daily'],
    ['a share of nothing', { caps: '{ share: 0 }' }, 'slices.probe.caps.share'],
    ['a transfer that is no flow', { run: TRANSFERS }, 'slices.probe.run.transfers'],
    ['a grain of flows without flows', { network: '{ grain: flow }' }, 'network.grain'],
    [
      "a day's bytes of flows",
      { network: '{ grain: flow }', run: TRANSFERS, caps: '{ daily: 1GB }' },
      'slices.probe.caps.daily',
    ],
    [
      'own traffic that leaves flows nothing',
      { network: '{ grain: flow, site: { up: 5Mbps, own: { up: 5Mbps } } }', run: TRANSFERS },
      'network.site.own.up',
    ],
    [
      'own traffic of more packets than anybody counts',
      { network: '{ site: { up: 5Mbps, own: { up: 1000Tbps } } }' },
      'network.site.own.up',
    ],
    [
      'a fault that flows do not see',
      { network: '{ grain: flow }', run: TRANSFERS, more: 'faults: [{ at: 1m, lossy: all, rate: 1% }]\n' },
      'faults.0',
    ],
    [
      'a negative mean',
      { network: '{ grain: flow }', run: '{ transfers: { bytes: 1MB, every: exponential -5s } }' },
      'slices.probe.run.transfers.every',
    ],
  ])('%s', (_, keys, path) => {
    expect(problems(keys).some(line => line.includes(`${path}: found`))).toBe(true);
  });

  test('a fault that is no mapping, beside flows, with one message alone', () => {
    const keys = { network: '{ grain: flow }', run: TRANSFERS, more: 'faults: [crash]\n' };
    const told = problems(keys);
    expect(told.filter(line => line.includes('faults.0: found'))).toHaveLength(1);
  });
});
