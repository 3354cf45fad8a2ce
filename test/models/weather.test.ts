// Paths that vary in time, as the network meets them: the model's extra delay to the nanosecond, and its loss.
import { describe, expect, test } from 'vitest';
import { LOST } from '../../models/network/fate.ts';
import { Network } from '../../models/network/network.ts';
import type { NetworkSpec } from '../../models/network/spec.ts';
import { generateSites } from '../../models/topology/generate.ts';
import { PathVariation } from '../../models/topology/variation.ts';
import { HOUR, MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const { sites, paths } = generateSites({ sites: 40, nodesPerSite: 1 }, '1');
const siteNames = sites.map(({ name }) => name);
const nodeNames = siteNames.map(name => `${name}-1`);
const siteOf = Int32Array.from(siteNames.keys());
const varied = { siteOf, siteNames, nodeNames, paths };
const unlimited = { up: Infinity, down: Infinity, queue: 0 };

function network(seed: string, change: Partial<NetworkSpec> = {}): Network {
  const spec: NetworkSpec = {
    grain: 'message',
    access: unlimited,
    variation: 'planetlab',
    jitter: 0,
    loss: { rate: 0, burst: 1 },
    ...change,
  };
  return new Network({ siteOf, senders: nodeNames, siteNames, nodeNames }, paths, spec, seed);
}

describe('the network with variation', () => {
  test('delays each message by what the model says of its path at the time at which it is on it', () => {
    const net = network('seed', { access: { up: 10e6, down: 10e6, queue: SECOND } });
    const model = new PathVariation(varied, 'seed');
    let lost = 0;
    for (let at = 0; at < 2 * HOUR; at += 7 * SECOND) {
      const [from, to] = [(at / SECOND) % 40, (at / SECOND + 13) % 40];
      const arrives = net.transmit(from, to, 1250, at);
      const sent = at + MILLISECOND;
      if (arrives === LOST) lost++;
      else expect(arrives).toBe(sent + paths.delay(from, to) + model.extraDelay(from, to, sent));
    }
    expect(lost).toBeLessThan(100);
  });

  test('loses what the model says, by the luck of each sender', () => {
    const shares = Array.from({ length: 20 }, (_, run) => {
      const net = network(`${run}`);
      const model = new PathVariation(varied, `${run}`);
      let [excess, count] = [0, 0];
      for (let at = 0; at < 20_000; at++) {
        const [from, to, now] = [at % 40, (at + 1 + (at % 39)) % 40, at * 0.05 * SECOND];
        if (from === to) continue;
        count++;
        excess += (net.transmit(from, to, 100, now) === LOST ? 1 : 0) - model.lossRate(from, to, now);
      }
      return excess / count;
    });
    const { low, high } = interval99(shares);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
    expect(high - low).toBeLessThan(0.001);
  });

  test('is as it was without it where nothing varies', () => {
    const net = network('seed');
    const { variation: _, ...spec } = net.spec;
    const still = new Network({ siteOf, senders: nodeNames, siteNames, nodeNames }, paths, spec, 'seed');
    expect(still.transmit(0, 1, 100, 5)).toBe(5 + paths.delay(0, 1));
    expect(net.transmit(0, 1, 100, 5)).toBeGreaterThan(5 + paths.delay(0, 1));
  });
});
