// Vivaldi's coordinates: exact where the world is a plane with heights, and good on a measured one.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { vivaldiCodec } from '../../protocols/vivaldi/codec.ts';
import { distance, type Estimate, LEAST_HEIGHT, moved } from '../../protocols/vivaldi/coordinate.ts';
import type { VivaldiMessage } from '../../protocols/vivaldi/messages.ts';
import { vivaldiOptions } from '../../protocols/vivaldi/options.ts';
import { Vivaldi } from '../../protocols/vivaldi/vivaldi.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { holds, rpc } from './codec-checks.ts';
import { type Ledger, TestNetwork } from './harness.ts';

const MATRIX = resolve(import.meta.dirname, '../../../shared/data/planetlab-rtt/rtt_t01.csv.gz');

/** Hosts whose round trips, in milliseconds, are given, after each has taken so many samples. */
function settle(
  seed: string,
  size: number,
  rtt: (a: Address, b: Address) => number,
  samples: number,
  given = {},
) {
  const network = new TestNetwork<VivaldiMessage>(seed, {
    latency: (_, from, to) => Math.round((rtt(from, to) / 2) * MILLISECOND),
  });
  const options = withDefaults(vivaldiOptions, { every: SECOND, ...given });
  const all = Array.from({ length: size }, (_, address) => address);
  const hosts = all.map(address =>
    network.add(address, (host, directory, meter) => new Vivaldi(host, options, directory, meter), all),
  );
  network.run(samples * SECOND);
  return { network, hosts };
}

/** The median over all pairs of |foretold - rtt| / rtt. */
function medianError(hosts: readonly Vivaldi[], rtt: (a: number, b: number) => number): number {
  const errors: number[] = [];
  for (let a = 0; a < hosts.length; a++) {
    for (let b = 0; b < a; b++) {
      const foretold = distance(hosts[a].estimate.coordinate, hosts[b].estimate.coordinate);
      errors.push(Math.abs(foretold - rtt(a, b)) / rtt(a, b));
    }
  }
  return errors.sort((a, b) => a - b)[errors.length >> 1];
}

describe('coordinates', () => {
  test('of hosts in a plane, each at the end of its own access link, foretell all round trips', () => {
    const network = new TestNetwork('plane', { latency: 0 });
    const places = Array.from({ length: 60 }, () => ({
      x: 200 * network.random(),
      y: 200 * network.random(),
      height: 2 + 20 * network.random(),
    }));
    const rtt = (a: Address, b: Address) => distance(places[Number(a)], places[Number(b)]);
    const { hosts } = settle('plane', 60, rtt, 2000);
    expect(medianError(hosts, rtt)).toBeLessThan(0.02);
    for (const { estimate } of hosts) expect(estimate.error).toBeLessThan(0.1);
  });

  test('on the PlanetLab round trips, with 32 neighbours, are off by less than 0.11 in the median', ctx => {
    if (!existsSync(MATRIX)) ctx.skip('the measured PlanetLab matrices are not here');
    const rows = gunzipSync(readFileSync(MATRIX))
      .toString()
      .trim()
      .split('\n')
      .map(line => line.split(',').map(Number));
    const rtt = (a: Address, b: Address) => rows[Number(a)][Number(b)];
    const medians = Array.from({ length: 4 }, (_, run) => {
      const { hosts } = settle(`planetlab ${run}`, rows.length, rtt, 500, { neighbours: 32 });
      return medianError(hosts, rtt);
    });
    expect(interval99(medians).high).toBeLessThan(0.11);
  });

  test('of a host that comes later are right after some samples, and the others stay where they are', () => {
    const random = new TestNetwork('places', { latency: 0 }).random;
    const places = Array.from({ length: 41 }, () => ({ x: 200 * random(), y: 200 * random(), height: 5 }));
    const rtt = (a: Address, b: Address) => distance(places[Number(a)], places[Number(b)]);
    const { network, hosts } = settle('late', 40, rtt, 2000);
    const before = hosts.map(({ estimate }) => estimate.coordinate);
    const all = Array.from({ length: 40 }, (_, address) => address);
    const options = withDefaults(vivaldiOptions, { every: SECOND });
    const late = network.add(
      40,
      (host, directory, meter) => new Vivaldi(host, options, directory, meter),
      all,
    );
    network.run(200 * SECOND);
    for (const [address, { estimate }] of hosts.entries()) {
      const foretold = distance(late.estimate.coordinate, estimate.coordinate);
      expect(Math.abs(foretold - rtt(40, address))).toBeLessThan(5);
      const { x, y } = estimate.coordinate;
      expect(Math.hypot(x - before[address].x, y - before[address].y)).toBeLessThan(20);
    }
  });

  test('made of few neighbours foretell these better than the others, which checks alone show', () => {
    const random = new TestNetwork('no plane', { latency: 0 }).random;
    const trips = Array.from({ length: 60 * 60 }, () => 20 + 180 * random());
    const rtt = (a: Address, b: Address) => trips[60 * Math.min(+a, +b) + Math.max(+a, +b)];
    const late = (name: string, meter: Ledger) =>
      meter
        .sample(name)
        .slice(-5000)
        .sort((a, b) => a - b)[2500];
    const { network, hosts } = settle('no plane', 60, rtt, 600, { neighbours: 3, check: 2 * SECOND });
    expect(late('check.error', network.meter)).toBeGreaterThan(1.5 * late('error', network.meter));
    // A random pair is hardly ever one of neighbours: checks tell the error over all pairs.
    expect(Math.abs(late('check.error', network.meter) / medianError(hosts, rtt) - 1)).toBeLessThan(0.1);
    expect(settle('no plane', 60, rtt, 100).network.meter.sample('check.error')).toEqual([]);
  });

  test('a neighbour that is dead is replaced', () => {
    const rtt = () => 20;
    const { network, hosts } = settle('dead', 30, rtt, 200, { neighbours: 4 });
    for (let address = 1; address < 15; address++) network.crash(address);
    network.run(600 * SECOND);
    const taken = network.meter.sample('rtt').length;
    network.run(100 * SECOND);
    // A few draw a dead one still, but samples are taken.
    expect((network.meter.sample('rtt').length - taken) / (16 * 100)).toBeGreaterThan(0.8);
    expect(hosts[0].estimate.error).toBeLessThan(0.1);
  });
});

describe('one sample', () => {
  const size = fc.double({ min: 0, max: 1e4, noNaN: true });
  const estimate: fc.Arbitrary<Estimate> = fc.record({
    coordinate: fc.record({ x: size, y: size, height: size.map(height => height + LEAST_HEIGHT) }),
    error: fc.double({ min: 0, max: 2, noNaN: true }),
  });
  const gains = { cc: 0.25, ce: 0.25 };

  test('moves a host towards where the sample would have it, and never past it', () => {
    const rtt = fc.double({ min: 0.1, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(estimate, estimate, rtt, (self, other, measured) => {
        const before = distance(self.coordinate, other.coordinate);
        const after = distance(moved(self, other, measured, gains, () => 0.3).coordinate, other.coordinate);
        expect(Math.abs(after - measured)).toBeLessThanOrEqual(
          Math.abs(before - measured) * (1 + 1e-9) + 0.1,
        );
      }),
    );
  });

  test('weighs the other by how sure both are: one that is sure hardly moves for one that is not', () => {
    const at = (x: number, error: number): Estimate => ({
      coordinate: { x, y: 0, height: LEAST_HEIGHT },
      error,
    });
    const step = (own: number, others: number) =>
      Math.abs(moved(at(0, own), at(100, others), 50, gains, () => 0).coordinate.x);
    expect(step(0.1, 1)).toBeLessThan(step(1, 0.1) / 5);
  });
});

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const positive = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true });
const message = fc.oneof(
  fc.record({ type: fc.constant('ping'), rpc }),
  fc.record({
    type: fc.constant('pong'),
    rpc,
    estimate: fc.record({ coordinate: fc.record({ x: float, y: float, height: positive }), error: positive }),
  }),
) as fc.Arbitrary<VivaldiMessage>;

describe('datagrams', () => holds(vivaldiCodec, message));
