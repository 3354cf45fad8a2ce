// Paused hosts: nothing runs on them, and what would have happened does when they go on, in order and up to a bound.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { furnish, SimulatedHost } from '../../models/host/simulated-host.ts';
import { RECEIVE_BUFFER } from '../../models/host/standstills.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import type { Host, Protocol } from '../../protocols/port.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';

const PATH = 30 * MILLISECOND;

/** One life of a host: notes what happens to it, and when. */
class Diary implements Protocol<string> {
  readonly entries: string[] = [];
  private readonly host: Host<string>;

  constructor(host: Host<string>) {
    this.host = host;
  }

  start(): void {}

  stop(): void {}

  receive(_from: unknown, message: string): void {
    this.note(message);
  }

  note(what: string): void {
    this.entries.push(`${this.host.now() / MILLISECOND} ${what}`);
  }
}

/** Hosts a and b, 30 ms apart. */
function room(uplink = Infinity) {
  const sim = new Simulation();
  const network = new Network(
    { senders: ['a', 'b'], siteOf: Int32Array.of(0, 1) },
    { delay: () => PATH },
    {
      grain: 'message',
      access: { up: Infinity, down: Infinity, queue: 0 },
      jitter: 0,
      loss: { rate: 0, burst: 1 },
    },
    'seed',
  );
  const caps = capsOf([0, 1].map(() => ({ uplink, burst: 100, queue: SECOND })));
  const meter = new Ledger();
  const shared = furnish(sim, new Hosts([0, 1]), network, caps, meter, 'seed');
  const [a, b] = ['a', 'b'].map(
    (name, address) => new SimulatedHost<string>(shared, address, name, { sizeOf: () => 72 }),
  );
  const boot = (host: SimulatedHost<string>): Diary => {
    const diary = new Diary(host);
    host.boot(diary);
    return diary;
  };
  const at = (ms: number, run: () => void) => sim.at(ms * MILLISECOND, run);
  return { sim, meter, a, b, boot, at };
}

describe('a paused host', () => {
  test('does nothing until it goes on, then all that has waited, in order, and then as before', () => {
    const { sim, a, b, boot, at } = room();
    boot(a);
    const diary = boot(b);
    for (const ms of [5, 15, 25, 45]) b.after(ms * MILLISECOND, () => diary.note(`timer ${ms}`));
    for (const ms of [0, 10, 20]) at(ms, () => a.send(1, `sent ${ms}`));
    at(10, () => b.pause());
    at(42, () => b.resume());
    sim.run();
    expect(diary.entries).toEqual([
      '5 timer 5',
      '42 timer 15',
      '42 timer 25',
      '42 sent 0',
      '42 sent 10',
      '45 timer 45',
      '50 sent 20',
    ]);
  });

  test('runs timers that are set, and not those that are taken back, while it catches up', () => {
    const { sim, b, boot, at } = room();
    const diary = boot(b);
    b.after(20 * MILLISECOND, () => {
      diary.note('first');
      second.cancel();
      b.after(0, () => diary.note('set meanwhile'));
    });
    const second = b.after(30 * MILLISECOND, () => diary.note('second'));
    b.after(40 * MILLISECOND, () => diary.note('third'));
    const cancelled = b.after(35 * MILLISECOND, () => diary.note('taken back'));
    at(10, () => b.pause());
    // One that has run long since is not taken for one that waits.
    const before = b.after(5 * MILLISECOND, () => diary.note('before'));
    at(45, () => {
      cancelled.cancel();
      before.cancel();
    });
    at(50, () => b.resume());
    sim.run();
    expect(diary.entries).toEqual(['5 before', '50 first', '50 third', '50 set meanwhile']);
  });

  test('holds as many messages as its receive buffer does, the first ones, and then loses them', () => {
    const { sim, a, b, meter, boot } = room();
    boot(a);
    const diary = boot(b);
    b.pause();
    for (let n = 0; n < RECEIVE_BUFFER + 50; n++) a.send(1, `${n}`);
    sim.run(SECOND);
    expect(diary.entries).toEqual([]);
    b.resume();
    expect(diary.entries).toEqual(Array.from({ length: RECEIVE_BUFFER }, (_, n) => `1000 ${n}`));
    expect(meter.count('dropped.buffer')).toBe(50);
    expect(meter.count('delivered')).toBe(RECEIVE_BUFFER + 50);
    // The next pause begins with an empty buffer.
    b.pause();
    a.send(1, 'later');
    sim.run(2 * SECOND);
    b.resume();
    expect(diary.entries.at(-1)).toBe('2000 later');
  });

  test('has what it sent before carried on', () => {
    // 100 bytes with their header, 10 ms a message: the second and third wait for the cap.
    const { sim, a, b, boot, at } = room(80e3);
    boot(a);
    const diary = boot(b);
    for (const n of [1, 2, 3]) a.send(1, `${n}`);
    at(5, () => a.pause());
    sim.run(SECOND);
    expect(diary.entries).toEqual(['30 1', '40 2', '50 3']);
  });

  test('that crashes loses what waited, and comes back running', () => {
    const { sim, a, b, boot, at } = room();
    boot(a);
    const first = boot(b);
    b.after(15 * MILLISECOND, () => first.note('timer'));
    a.send(1, 'waits');
    at(10, () => b.pause());
    at(35, () => b.crash());
    sim.run(40 * MILLISECOND);
    const second = boot(b);
    a.send(1, 'new');
    at(100, () => b.resume());
    sim.run();
    expect(first.entries).toEqual([]);
    expect(second.entries).toEqual(['70 new']);
  });

  test('may be paused and resumed when it already is, or is down, to no effect', () => {
    const { sim, a, b, boot } = room();
    boot(a);
    b.pause();
    b.resume();
    a.send(1, 'lost');
    sim.run();
    const diary = boot(b);
    b.resume();
    b.pause();
    a.send(1, 'waits');
    sim.run();
    b.pause();
    b.resume();
    b.resume();
    expect(diary.entries).toEqual(['60 waits']);
  });
});

test('pauses lose and double nothing, and keep the order, whenever they come', () => {
  const step = fc.record({ gap: fc.nat(20), kind: fc.constantFrom('send', 'timer', 'pause', 'resume') });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), steps => {
      const run = (pausing: boolean) => {
        const { sim, a, b, boot } = room();
        boot(a);
        const diary = boot(b);
        for (const [index, { gap, kind }] of steps.entries()) {
          sim.run(sim.now + gap * MILLISECOND);
          if (kind === 'send') a.send(1, `${index}`);
          if (kind === 'timer') b.after(50 * MILLISECOND, () => diary.note(`${index}`));
          if (kind === 'pause' && pausing) b.pause();
          if (kind === 'resume' && pausing) b.resume();
        }
        sim.run();
        b.resume();
        return diary.entries.map(entry => entry.split(' '));
      };
      const [calm, paused] = [run(false), run(true)];
      expect(paused.map(([, what]) => what)).toEqual(calm.map(([, what]) => what));
      for (const [index, [time]] of paused.entries()) {
        expect(Number(time)).toBeGreaterThanOrEqual(Number(calm[index][0]));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});
