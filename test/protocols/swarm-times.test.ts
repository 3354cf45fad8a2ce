// How long a file takes to reach everybody: against what no schedule can beat, against one server, and when members go.
import { describe, expect, test } from 'vitest';
import { interval99 } from '../statistics.ts';
import { type Access, fluidBound, Lab } from './swarm-lab.ts';

const FILE = 4e6;
const CUT = { file: FILE, piece: 2 ** 16 };

const several = (count: number, access: Access): Access[] => Array.from({ length: count }, () => access);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Seconds until all have it. */
function distribute(seed: string, up: number, peers: readonly Access[], options = {}): number {
  const lab = new Lab(seed, { ...CUT, ...options });
  lab.join({ up, down: up }, { role: 'seed' });
  for (const access of peers) lab.join(access);
  return lab.runUntil(peers.length);
}

describe('no swarm beats max(F/u_s, F/d_min, N F/(u_s + sum u_i)), and on average it takes at most 1.4 times as long', () => {
  test.each([
    ['the seed', 1e6, several(8, { up: 2e6, down: 10e6 })],
    ['the uplinks of all', 4e6, several(12, { up: 1e6, down: 8e6 })],
    ['the downlinks', 8e6, several(8, { up: 4e6, down: 2e6 })],
    [
      'the uplinks of all, half of them slow',
      2e6,
      [...several(6, { up: 1e6, down: 8e6 }), ...several(6, { up: 2e6, down: 8e6 })],
    ],
  ])('where what limits it is %s', (_, up, peers) => {
    const bound = fluidBound(FILE, up, peers);
    const ratios = ['1', '2', '3', '4'].map(seed => distribute(seed, up, peers) / bound);
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1);
    expect(interval99(ratios).high).toBeLessThanOrEqual(1.4);
  });
});

test('eight times as many peers take one server eight times as long, and a swarm hardly more than twice', () => {
  const peers = { up: 2e6, down: 10e6 };
  const server = [4, 32].map(count => {
    const lab = new Lab('1', { ...CUT, file: 2e6 });
    lab.join({ up: 4e6, down: 4e6 }, { role: 'seed', unchoked: count });
    for (let i = 0; i < count; i++) lab.join(peers, { role: 'freerider' });
    return lab.runUntil(count);
  });
  // N F / u_s, and what headers and the first requests add.
  expect(server[0] / 16).toBeGreaterThan(1);
  expect(server[0] / 16).toBeLessThan(1.05);
  expect(server[1] / server[0]).toBeGreaterThan(7.5);
  expect(server[1] / server[0]).toBeLessThan(8.1);
  const swarm = [4, 32].map(count => distribute('1', 4e6, several(count, peers), { file: 2e6 }));
  expect(swarm[1] / swarm[0]).toBeLessThan(2.5);
});

/** Mean time of three who do not upload less that of thirty who do, in s. Who has the file leaves; rounds are short. */
function lagOfRiders(seed: string): number {
  const rounds = { rechoke: 2e9, optimistic: 6e9 };
  const lab = new Lab(seed, { file: 2e6, piece: 2 ** 15, block: 2048, whenDone: 'leave', ...rounds });
  lab.join({ up: 2e6, down: 20e6 }, { role: 'seed', whenDone: 'stay' });
  const rides = (address: number) => address % 11 === 3;
  for (let address = 2; address <= 34; address++) {
    lab.join({ up: 0.6e6, down: 10e6 }, { role: rides(address) ? 'freerider' : 'peer' });
  }
  lab.runUntil(33);
  const timesOf = (riders: boolean) =>
    [...lab.times].filter(([address]) => rides(address as number) === riders).map(([, time]) => time);
  expect(timesOf(true).length).toBe(3);
  return (mean(timesOf(true)) - mean(timesOf(false))) / 1e9;
}

test('where seeds are scarce, free riders wait longer than those who share', () => {
  const lags = Array.from({ length: 6 }, (_, i) => lagOfRiders(`rider ${i}`));
  expect(interval99(lags).low).toBeGreaterThan(0);
});

describe('members go', () => {
  const peers = several(12, { up: 2e6, down: 10e6 });

  function swarm(seed: string, options = {}, conditions = {}): Lab {
    const lab = new Lab(seed, { ...CUT, ...options }, conditions);
    lab.join({ up: 2e6, down: 10e6 }, { role: 'seed', whenDone: 'stay' });
    for (const access of peers) lab.join(access);
    return lab;
  }

  test.each(['1', '2', '3', '4', '5'])(
    'the only seed leaves when the last piece is out, and all finish: %s',
    seed => {
      const lab = swarm(seed);
      const pieces = Math.ceil(FILE / CUT.piece);
      while (lab.holders.size < pieces) lab.run(1e8);
      expect(lab.times.size).toBeLessThan(peers.length);
      lab.swarms[0].stop();
      lab.runUntil(peers.length);
      expect(lab.meter.count('completed')).toBe(peers.length);
    },
  );

  test('where it leaves before, all end with the same pieces, and without the others', () => {
    const lab = swarm('1');
    lab.run(8e9);
    lab.swarms[0].stop();
    const out = lab.holders.size;
    lab.run(120e9);
    expect(lab.times.size).toBe(0);
    expect(lab.holders.size).toBeLessThan(Math.ceil(FILE / CUT.piece));
    expect(lab.holders.size).toBeGreaterThanOrEqual(out);
    const counts = lab.swarms.slice(1).map(member => member.picker.own.count);
    expect(counts).toEqual(counts.map(() => lab.holders.size));
  });

  test.each(['1', '2', '3'])('a third crashes, datagrams are lost, and the others finish: %s', seed => {
    const lab = swarm(seed, {}, { loss: 0.02 });
    lab.run(10e9);
    for (const address of [3, 6, 9, 12]) lab.crash(address);
    expect(lab.times.size).toBe(0);
    lab.runUntil(peers.length - 4);
  });

  test('who has the file leaves at once, and all finish while the seed stays', () => {
    const lab = swarm('1', { whenDone: 'leave' });
    lab.runUntil(peers.length);
    lab.run(1e9);
    expect(lab.swarms[0].neighbourhood.size).toBe(0);
  });

  test('a member that crashed and has lost all begins anew', () => {
    const lab = swarm('1');
    lab.run(8e9);
    lab.crash(5);
    lab.run(5e9);
    lab.rejoin(5);
    lab.runUntil(peers.length);
  });

  test('those who know a tracker alone find each other', () => {
    const lab = new Lab('1', CUT);
    lab.join({ up: 2e6, down: 2e6 }, { role: 'tracker' });
    lab.join({ up: 2e6, down: 10e6 }, { role: 'seed' });
    for (const access of peers) lab.join(access);
    lab.runUntil(peers.length);
    expect(lab.swarms[0].neighbourhood.size).toBe(0);
  });
});
