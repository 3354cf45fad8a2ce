// Faults and clocks: crash, restart, pause, skew, drift and jumps.
import { beforeAll, describe, expect, test } from 'vitest';
import type { ServiceBundle } from '../../../emulator/service/bundle.ts';
import { bundled, linesOf, runWorld, type World } from './world.ts';

let behaviours: ServiceBundle;
let echo: ServiceBundle;

beforeAll(async () => {
  behaviours = await bundled('behaviours.cjs');
  echo = await bundled('echo.cjs');
});

function one(name: string, more: Partial<World>, clock = { offset: 0, drift: 0 }) {
  const hosts = [{ name: 'a', service: 0, args: [name], clock }];
  return runWorld({ services: [behaviours], hosts, until: 4.5e9, ...more });
}

describe('a host', () => {
  test('that crashes says no more, and begins anew when it is started', async () => {
    const acts = [
      { at: 1.2e9, host: 0, what: 'crash' },
      { at: 2.3e9, host: 0, what: 'start' },
    ] as const;
    const happened = await one('beats', { acts });
    expect(happened.lines.map(({ time, text }) => [time / 1e6, text])).toEqual([
      [500, 'alive 500'],
      [1000, 'alive 1000'],
      [2800, 'alive 500'],
      [3300, 'alive 1000'],
      [3800, 'alive 1500'],
      [4300, 'alive 2000'],
    ]);
    expect(happened.exits).toEqual([]);
  });

  test('that is paused does late what it was to do, and then goes on', async () => {
    const acts = [
      { at: 0.7e9, host: 0, what: 'pause' },
      { at: 1.8e9, host: 0, what: 'resume' },
    ] as const;
    const times = (await one('beats', { acts })).lines.map(({ time }) => time / 1e6);
    expect(times).toEqual([500, 1800, 2300, 2800, 3300, 3800, 4300]);
  });

  test('that is paused receives when it goes on what its kernel took meanwhile', async () => {
    const hosts = [
      { name: 'server', service: 0 },
      { name: 'client', service: 0, args: ['server'] },
    ];
    const acts = [
      { at: 10e6, host: 0, what: 'pause' },
      { at: 400e6, host: 0, what: 'resume' },
    ] as const;
    const happened = await runWorld({ services: [echo], hosts, acts, until: 1e9 });
    expect(linesOf(happened, 'client')).toEqual(['echo hello after 450 ms from 10.0.0.1:7']);
  });

  test('that is down is silent: a datagram to it gets no answer', async () => {
    const hosts = [
      { name: 'server', service: 0 },
      { name: 'client', service: 0, args: ['server'] },
    ];
    const acts = [{ at: 10e6, host: 0, what: 'crash' }] as const;
    const happened = await runWorld({ services: [echo], hosts, acts, until: 10e9 });
    expect(happened.lines).toEqual([]);
  });
});

describe('a clock', () => {
  const wall = (line: { text: string }) => Number(line.text.split(' ')[0]) - Date.UTC(2026, 0, 1);

  test('that is off shows another time', async () => {
    const { lines } = await one('clock', {}, { offset: 250e6, drift: 0 });
    expect(lines.map(wall)).toEqual([1250, 2250, 3250, 4250]);
  });

  test('that is fast makes timers come early, by its own measure on time', async () => {
    // 1 % fast: its second is 990.099 ms long.
    const { lines } = await one('clock', {}, { offset: 0, drift: 0.01 });
    expect(lines.map(({ time }) => Math.round(time / 1e3))).toEqual([990099, 1980198, 2970297, 3960396]);
    expect(lines.map(wall)).toEqual([1000, 2000, 3000, 4000]);
  });

  test('that jumps takes the time of day with it, and no timer', async () => {
    const { lines } = await one('clock', { acts: [{ at: 1.5e9, host: 0, what: 'jump', by: 3600e9 }] });
    expect(lines.map(wall)).toEqual([1000, 3602000, 3603000, 3604000]);
    expect(lines.map(({ time }) => time / 1e9)).toEqual([1, 2, 3, 4]);
    expect(lines.map(({ text }) => text.split(' ')[1])).toEqual(['1000000', '2000000', '3000000', '4000000']);
  });
});

test('a trace says what a host did, and nothing of the others', async () => {
  const hosts = [
    { name: 'server', service: 0 },
    { name: 'client', service: 0, args: ['server'], traced: true },
  ];
  const { trace } = await runWorld({ services: [echo], hosts, until: 1e9 });
  expect(new Set(trace.map(({ host }) => host))).toEqual(new Set([1]));
  expect(
    trace.map(({ time, kind, text }) => `${time / 1e6} ${kind} ${text.replace(/\d{5}/, 'port')}`),
  ).toEqual([
    '0 program started',
    '0 dns lookup server: 10.0.0.1',
    '1 datagram udp :port > 10.0.0.1:7 5 bytes',
    '101 datagram udp 10.0.0.1:7 > :port 10 bytes',
    '101 log stdout: echo hello after 101 ms from 10.0.0.1:7',
    '101 program ended: 0',
  ]);
});
