// Signals: what happens once, who hears of it and when, and that no failure is lost.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Story, spawn } from '../../sim/process.ts';
import { Resource } from '../../sim/resource.ts';
import { allOf, anyOf, Signal, timeout, type Waiter } from '../../sim/signal.ts';
import { Simulation } from '../../sim/simulation.ts';

/** A waiter that notes when it was told. */
const listener = (sim: Simulation, heard: string[], name: string): Waiter => ({
  signalled: signal => heard.push(`${name} ${signal.value}@${sim.now}`),
});

/** A signal that succeeds with its own time, or fails with an error that names it. */
function due(sim: Simulation, time: number, fails = false): Signal<number> {
  const signal = new Signal<number>(sim);
  sim.at(time, () => (fails ? signal.fail(new Error(`failed at ${time}`)) : signal.succeed(time)));
  return signal;
}

const waitersOf = (signal: Signal<unknown>): number =>
  (signal as unknown as { waiters: unknown[] }).waiters.length;

describe('a signal', () => {
  test('happens once', () => {
    const sim = new Simulation();
    const good = new Signal<number>(sim).succeed(1);
    const bad = new Signal<number>(sim).fail(new Error('bad'));
    for (const signal of [good, bad]) {
      expect(signal.done).toBe(true);
      expect(() => signal.succeed(2)).toThrow('only once');
      expect(() => signal.fail(new Error('late'))).toThrow('only once');
    }
    expect(good.value).toBe(1);
    expect(() => bad.value).toThrow('bad');
  });

  test('tells its waiters in the order of waiting, those before it and those after, at their times', () => {
    const sim = new Simulation();
    const heard: string[] = [];
    const signal = due(sim, 10);
    for (const name of ['a', 'b']) signal.wait(listener(sim, heard, name));
    // At the signal's own time: between its happening and its telling.
    sim.at(10, () => signal.wait(listener(sim, heard, 'c')));
    for (const name of ['d', 'e']) sim.at(25, () => signal.wait(listener(sim, heard, name)));
    sim.run();
    expect(heard).toEqual(['a 10@10', 'b 10@10', 'c 10@10', 'd 10@25', 'e 10@25']);
  });

  test('tells nobody while it happens: whoever made it happen goes on first', () => {
    const sim = new Simulation();
    const heard: string[] = [];
    const signal = new Signal<string>(sim);
    signal.wait(listener(sim, heard, 'told'));
    sim.at(5, () => {
      signal.succeed('it');
      heard.push('made it happen');
    });
    sim.run();
    expect(heard).toEqual(['made it happen', 'told it@5']);
  });

  test('tells those it was not made to forget, each as often as it waits', () => {
    const sim = new Simulation();
    const heard: string[] = [];
    const [signal, other] = [due(sim, 10), due(sim, 10)];
    const [a, b, c] = ['a', 'b', 'c'].map(name => listener(sim, heard, name));
    for (const waiter of [a, b, a, c]) signal.wait(waiter);
    signal.forget(b);
    signal.forget(a);
    other.forget(c);
    sim.run();
    expect(heard).toEqual(['a 10@10', 'c 10@10']);
  });

  test('that fails and that nobody waits for ends the run with its error; one that was heard does not', () => {
    const sim = new Simulation();
    const heard = due(sim, 5, true);
    heard.wait({ signalled: () => {} });
    due(sim, 8, true);
    expect(() => sim.run()).toThrow('failed at 8');
    expect(sim.now).toBe(8);
  });

  test('may fail with undefined, and is not taken for one that succeeded', () => {
    const sim = new Simulation();
    const failed = new Signal<void>(sim);
    sim.at(5, () => failed.fail(undefined));
    let caught = false;
    spawn(
      sim,
      (function* (): Story<void> {
        try {
          yield failed;
        } catch {
          caught = true;
        }
      })(),
    );
    sim.run();
    expect(caught).toBe(true);
  });
});

describe('allOf', () => {
  test('brings all values in the order given when the last has come, anyOf the first when it has', () => {
    const times = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 10, size: 'max' });
    fc.assert(
      fc.property(times, times => {
        const sim = new Simulation();
        const signals = times.map(time => due(sim, time));
        const ended: Record<string, number> = {};
        const all = spawn(
          sim,
          (function* (): Story<number[]> {
            const values = yield* allOf(sim, signals);
            ended.all = sim.now;
            return values;
          })(),
        );
        const any = spawn(
          sim,
          (function* (): Story<number> {
            const first = yield* anyOf(sim, signals);
            ended.any = sim.now;
            return signals.indexOf(first);
          })(),
        );
        sim.run();
        expect(all.value).toEqual(times);
        expect(ended).toEqual({ all: Math.max(...times), any: Math.min(...times) });
        expect(any.value).toBe(times.indexOf(Math.min(...times)));
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test('of none succeeds at once, of one twice brings it twice, of those that had happened does as well', () => {
    const sim = new Simulation();
    const signal = due(sim, 3);
    const [none, twice] = [allOf(sim, []), allOf(sim, [signal, signal])];
    let late: Signal<number[]> | undefined;
    sim.at(7, () => {
      late = allOf(sim, [signal, due(sim, 9)]);
    });
    sim.run();
    expect([none.value, twice.value, late?.value]).toEqual([[], [3, 3], [3, 9]]);
  });

  test('fails with the first failure, at its time, whatever else is still to come', () => {
    const sim = new Simulation();
    const all = allOf(sim, [due(sim, 1), due(sim, 5, true), due(sim, 9)]);
    let failedAt: number | undefined;
    all.wait({ signalled: () => (failedAt = sim.now) });
    sim.run();
    expect(failedAt).toBe(5);
    expect(() => all.value).toThrow('failed at 5');
  });
});

describe('anyOf', () => {
  test('fails where a failure comes first, and needs something to wait for', () => {
    const sim = new Simulation();
    const any = anyOf(sim, [due(sim, 5, true), due(sim, 6)]);
    any.wait({ signalled: () => {} });
    sim.run();
    expect(() => any.value).toThrow('failed at 5');
    expect(() => anyOf(sim, [])).toThrow('anyOf needs at least one signal');
  });

  test('of several that had happened before, or of one twice, succeeds with the first', () => {
    const sim = new Simulation();
    const [first, second] = [due(sim, 3), due(sim, 2)];
    const twice = anyOf(sim, [first, first]);
    let late: Signal<unknown> | undefined;
    sim.at(7, () => {
      late = anyOf(sim, [first, second]);
    });
    sim.run();
    expect(twice.value).toBe(first);
    expect(late?.value).toBe(first);
  });

  test('does not hide what fails after it is done, nor does allOf', () => {
    for (const combine of [anyOf, allOf] as ((
      sim: Simulation,
      signals: Signal<unknown>[],
    ) => Signal<unknown>)[]) {
      const sim = new Simulation();
      const combined = combine(sim, [due(sim, 1, combine === allOf), due(sim, 4, true)]);
      combined.wait({ signalled: () => {} });
      expect(() => sim.run()).toThrow('failed at 4');
      expect(combined.done).toBe(true);
    }
  });

  test('leaves nothing behind at a signal that outlives it', () => {
    const sim = new Simulation();
    const end = new Signal<void>(sim);
    spawn(
      sim,
      (function* (): Story<void> {
        for (let round = 0; round < 1000; round++) yield anyOf(sim, [timeout(sim, 10), end]);
      })(),
    );
    sim.run(9995);
    expect(waitersOf(end)).toBe(1);
    sim.run();
    expect(waitersOf(end)).toBe(0);
  });

  test('with a timeout is patience: who is not served in 5 leaves the line', () => {
    const sim = new Simulation();
    const server = new Resource(sim);
    const seen: string[] = [];
    function* customer(name: string, arrival: number, service: number): Story<void> {
      yield arrival;
      const request = server.request();
      const patience = timeout(sim, 5);
      if ((yield* anyOf<Signal<unknown>>(sim, [request, patience])) === patience) {
        seen.push(`${name} left at ${sim.now}`);
      } else {
        seen.push(`${name} began at ${sim.now}`);
        yield service;
      }
      server.release(request);
    }
    spawn(sim, customer('a', 0, 8));
    spawn(sim, customer('b', 1, 4));
    spawn(sim, customer('c', 4, 7));
    spawn(sim, customer('d', 10, 1));
    // At 16 e's patience ends, which was scheduled first, and the server falls free: e gives back what it got too late.
    spawn(sim, customer('e', 11, 2));
    spawn(sim, customer('f', 12, 2));
    sim.run();
    const served = ['a began at 0', 'c began at 8', 'd began at 15', 'f began at 16'];
    expect(seen).toEqual(served.toSpliced(1, 0, 'b left at 6').toSpliced(4, 0, 'e left at 16'));
    expect([server.inUse, server.waiting]).toEqual([0, 0]);
  });
});
