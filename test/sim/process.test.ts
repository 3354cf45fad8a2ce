// Processes: order, values and errors, after the semantics that SimPy documents.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Interrupt, type Process, type Story, spawn } from '../../sim/process.ts';
import { Signal } from '../../sim/signal.ts';
import { NO_HOST, Simulation } from '../../sim/simulation.ts';
import { sleep, sleepLightly, stage } from './stage.ts';

describe('the car of the SimPy tutorial (simpy.readthedocs.io, "SimPy in 10 Minutes")', () => {
  test('parks for 5 and drives for 2: it parks at 0, 7 and 14 and drives at 5 and 12', () => {
    const { sim, noted, note } = stage();
    function* car(): Story<never> {
      for (;;) {
        note('park');
        yield 5;
        note('drive');
        yield 2;
      }
    }
    spawn(sim, car());
    sim.run(14);
    expect(noted).toEqual(['park@0', 'drive@5', 'park@7', 'drive@12', 'park@14']);
  });

  test('charges in a process of its own, whose end the car awaits', () => {
    const { sim, noted, note } = stage();
    function* car(): Story<never> {
      for (;;) {
        note('park');
        yield spawn(sim, sleep(5));
        note('drive');
        yield 2;
      }
    }
    spawn(sim, car());
    sim.run(14);
    expect(noted).toEqual(['park@0', 'drive@5', 'park@7', 'drive@12', 'park@14']);
  });

  test('whose charging the driver interrupts at 3 drives at 3 and parks at 5', () => {
    const { sim, noted, note } = stage();
    function* car(): Story<never> {
      for (;;) {
        note('park');
        try {
          yield spawn(sim, sleep(5));
        } catch (error) {
          note((error as Interrupt).reason);
        }
        note('drive');
        yield 2;
      }
    }
    const driven = spawn(sim, car());
    sim.at(3, () => driven.interrupt('hurry'));
    sim.run(12);
    expect(noted).toEqual(['park@0', 'hurry@3', 'drive@3', 'park@5', 'drive@10', 'park@12']);
  });
});

describe('order', () => {
  test('at equal times is that in which the delays were yielded, and a delay of 0 lets the others go first', () => {
    const { sim, noted, note } = stage();
    function* walker(name: string, ...spans: number[]): Story<void> {
      for (const span of spans) {
        yield span;
        note(name);
      }
    }
    for (const [name, ...spans] of [
      ['a', 4, 6],
      ['b', 6, 4],
      ['c', 0, 10],
      ['d', 10],
    ] as const) {
      spawn(sim, walker(name, ...spans));
    }
    sim.run();
    expect(noted).toEqual(['c@0', 'a@4', 'b@6', 'd@10', 'c@10', 'a@10', 'b@10']);
  });

  test('is that of a list sorted by (time, turn), whatever the delays', () => {
    const walks = fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8, size: 'max' }), {
      maxLength: 12,
      size: 'max',
    });
    fc.assert(
      fc.property(walks, spans => {
        const sim = new Simulation();
        const seen: [walker: number, time: number][] = [];
        function* walker(index: number): Story<void> {
          for (const span of spans[index]) {
            seen.push([index, sim.now]);
            yield span;
          }
          seen.push([index, sim.now]);
        }
        for (const index of spans.keys()) spawn(sim, walker(index));
        sim.run();
        expect(seen).toEqual(turnsInOrder(spans));
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  test('of fractional delays is kept, each rounded to whole nanoseconds', () => {
    const { sim, noted, note } = stage();
    spawn(sim, sleepLightly(2.4, note));
    spawn(sim, sleepLightly(1.5, note));
    sim.run();
    expect(noted).toEqual(['slept@2', 'slept@2']);
  });

  /** Every walker's turns by the definition: the earliest is next, of equal ones that which was asked for first. */
  function turnsInOrder(spans: readonly (readonly number[])[]): [walker: number, time: number][] {
    const turns = spans.map((_, walker) => ({ walker, time: 0, step: 0 }));
    const seen: [number, number][] = [];
    while (turns.length > 0) {
      const next = turns.reduce((first, turn) => (turn.time < first.time ? turn : first));
      turns.splice(turns.indexOf(next), 1);
      seen.push([next.walker, next.time]);
      const span = spans[next.walker][next.step];
      if (span !== undefined) turns.push({ ...next, time: next.time + span, step: next.step + 1 });
    }
    return seen;
  }
});

describe('values', () => {
  test('come from a story within the story, a process and a signal, each with its type', () => {
    const { sim } = stage();
    const letter = new Signal<string>(sim);
    function* double(value: number): Story<number> {
      yield 10;
      return 2 * value;
    }
    function* quadruple(value: number): Story<number> {
      return yield* double(yield* double(value));
    }
    function* reader(): Story<string> {
      const eight: number = yield* quadruple(2);
      const six: number = yield* spawn(sim, double(3));
      const text: string = yield* letter;
      return `${text} ${eight} ${six} @${sim.now}`;
    }
    const reading = spawn(sim, reader());
    sim.at(50, () => letter.succeed('dear'));
    sim.run();
    expect(reading.value).toBe('dear 8 6 @50');
  });

  test('of a process that has ended come at once, to each who asks', () => {
    const { sim, noted, note } = stage();
    const early = spawn(
      sim,
      (function* (): Story<string> {
        yield 5;
        return 'early';
      })(),
    );
    function* late(): Story<void> {
      yield 100;
      note(yield early);
    }
    spawn(sim, late());
    spawn(sim, late());
    sim.run();
    expect(noted).toEqual(['early@100', 'early@100']);
  });

  test('are not there before the process has ended', () => {
    const { sim } = stage();
    const process = spawn(sim, sleep(5));
    sim.run(4);
    expect(process.done).toBe(false);
    expect(() => process.value).toThrow('neither succeeded nor failed');
    sim.run(5);
    expect(process.done).toBe(true);
    expect(process.value).toBeUndefined();
  });

  test('a hundred thousand processes, each awaiting the next, end one after the other', () => {
    const { sim } = stage();
    function* link(next: Process<number> | undefined): Story<number> {
      return next ? (yield* next) + 1 : 0;
    }
    let chain = spawn(sim, link(undefined));
    for (let length = 1; length < 100_000; length++) chain = spawn(sim, link(chain));
    sim.run();
    expect(chain.value).toBe(99_999);
    expect(sim.now).toBe(0);
  });
});

describe('an error', () => {
  const broken = new Error('broken');
  function* breakAt(time: number): Story<never> {
    yield time;
    throw broken;
  }
  function* guard(waited: Process<unknown>, note: (text: unknown) => void): Story<string> {
    try {
      yield waited;
    } catch (error) {
      note((error as Error).message);
    }
    yield 5;
    return 'well';
  }

  test('reaches all who wait for the process, and those who handle it go on', () => {
    const { sim, noted, note } = stage();
    const breaking = spawn(sim, breakAt(10));
    const guards = [spawn(sim, guard(breaking, note)), spawn(sim, guard(breaking, note))];
    sim.run();
    expect(noted).toEqual(['broken@10', 'broken@10']);
    expect(guards.map(({ value }) => value)).toEqual(['well', 'well']);
    expect(sim.now).toBe(15);
    expect(() => breaking.value).toThrow(broken);
  });

  test('passes through stories within stories, whose `finally` is heard', () => {
    const { sim, noted, note } = stage();
    function* outer(): Story<void> {
      try {
        yield* breakAt(3);
      } finally {
        note('left');
        yield 4;
        note('tidied');
      }
    }
    spawn(sim, guard(spawn(sim, outer()), note));
    sim.run();
    expect(noted).toEqual(['left@3', 'tidied@7', 'broken@7']);
  });

  test('that nobody waits for ends the run, through any number of processes, at its time', () => {
    const { sim, noted, note } = stage();
    function* trusting(process: Process<unknown>): Story<void> {
      yield process;
    }
    spawn(sim, trusting(spawn(sim, trusting(spawn(sim, breakAt(10))))));
    spawn(sim, sleepLightly(11, note));
    expect(() => sim.run()).toThrow(broken);
    expect(sim.now).toBe(10);
    expect(noted).toEqual([]);
  });

  test('reaches who comes to wait after the process has failed and another has handled it', () => {
    const { sim, noted, note } = stage();
    const breaking = spawn(sim, breakAt(10));
    spawn(sim, guard(breaking, note));
    sim.at(30, () => spawn(sim, guard(breaking, note)));
    sim.run();
    expect(noted).toEqual(['broken@10', 'broken@30']);
  });

  const never = [Number.NaN, -1, -Infinity, Infinity, undefined, null, 'soon', Symbol('soon'), {}];
  test.each(never)('is what waiting for %s is: thrown at the yield, where it may be handled', wrong => {
    const { sim, noted, note } = stage();
    function* careless(handle: boolean): Story<string> {
      try {
        yield wrong as number;
      } catch (error) {
        note((error as Error).message);
        if (!handle) throw error;
      }
      yield 5;
      return 'on time';
    }
    const handling = spawn(sim, careless(true));
    sim.run();
    expect(handling.value).toBe('on time');
    const expected = `a process yields a delay of at least 0 ns or a signal, got ${String(wrong)}`;
    expect(noted).toEqual([`${expected}@0`]);
    spawn(sim, careless(false));
    expect(() => sim.run()).toThrow(expected);
  });
});

test("a process's delays and interrupts are events of its host, its beginning too", () => {
  const { sim } = stage();
  const hosts: number[] = [];
  const sleeping = spawn(
    sim,
    (function* (): Story<void> {
      try {
        yield 10;
        yield 10;
      } catch {}
      yield 10;
    })(),
    7,
  );
  sim.at(15, () => sleeping.interrupt());
  while (sim.step()) hosts.push(sim.last!.host);
  // Begin, 10, the interrupter, the interrupt, 25, and that it has ended, which concerns who waits.
  expect(hosts).toEqual([7, 7, NO_HOST, 7, 7, NO_HOST]);
});
