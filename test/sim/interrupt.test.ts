// Interrupts: what ends a wait before its time, and that none of them is lost.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interrupt, type Story, spawn } from '../../sim/process.ts';
import { Resource } from '../../sim/resource.ts';
import { Signal } from '../../sim/signal.ts';
import { sleep, sleepLightly, stage } from './stage.ts';

describe('an interrupt', () => {
  test('ends the wait for a delay, which resumes the process no more', () => {
    const { sim, noted, note } = stage();
    function* sleeper(): Story<void> {
      yield* sleepLightly(100, note);
      yield* sleepLightly(200, note);
    }
    const sleeping = spawn(sim, sleeper());
    sim.at(40, () => sleeping.interrupt('alarm'));
    sim.run();
    expect(noted).toEqual(['alarm@40', 'slept@240']);
  });

  test('ends the wait for a signal, also for one that happens at the same time, before or after', () => {
    for (const [interruptFirst, atTime] of [
      [true, 10],
      [false, 10],
      [true, 20],
    ] as const) {
      const { sim, noted, note } = stage();
      const bell = new Signal<string>(sim);
      const patient = spawn(
        sim,
        (function* (): Story<void> {
          try {
            note(yield bell);
          } catch (error) {
            note((error as Interrupt).reason);
          }
          yield 100;
          note('rested');
        })(),
      );
      const [first, second] = [() => patient.interrupt('called'), () => bell.succeed('rung')];
      sim.at(10, interruptFirst ? first : second);
      sim.at(atTime, interruptFirst ? second : first);
      sim.run();
      expect(noted).toEqual(['called@10', 'rested@110']);
    }
  });

  test('leaves nobody waiting for the signal, so that its failure is not lost', () => {
    const { sim } = stage();
    const bell = new Signal<string>(sim);
    const patient = spawn(
      sim,
      (function* (): Story<void> {
        try {
          yield bell;
        } catch {}
        yield 100;
      })(),
    );
    sim.at(10, () => patient.interrupt());
    sim.at(20, () => bell.fail(new Error('cracked')));
    expect(() => sim.run()).toThrow('cracked');
    expect(sim.now).toBe(20);
  });

  test('ends the wait for a signal that had happened, which may then be waited for again', () => {
    const { sim, noted, note } = stage();
    const bell = new Signal<string>(sim).succeed('rung');
    const listening = spawn(
      sim,
      (function* (): Story<void> {
        yield 10;
        for (let time = 0; time < 3; time++) {
          try {
            note(yield bell);
          } catch (error) {
            note((error as Interrupt).reason);
          }
        }
        yield 5;
        note('left');
      })(),
    );
    spawn(
      sim,
      (function* (): Story<void> {
        yield 10;
        listening.interrupt('called');
      })(),
    );
    sim.run();
    expect(noted).toEqual(['called@10', 'rung@10', 'rung@10', 'left@15']);
  });

  test('in a line takes the process out of it, where the story says so, and the next is served', () => {
    const { sim, noted, note } = stage();
    const server = new Resource(sim);
    function* customer(name: string): Story<void> {
      const request = server.request();
      try {
        yield request;
        note(name);
        yield 10;
      } finally {
        server.release(request);
      }
    }
    function* impatient(): Story<void> {
      try {
        yield* customer('b');
      } catch (error) {
        note((error as Interrupt).reason);
      }
    }
    spawn(sim, customer('a'));
    const leaving = spawn(sim, impatient());
    spawn(sim, customer('c'));
    sim.at(4, () => leaving.interrupt('b left'));
    sim.run();
    expect(noted).toEqual(['a@0', 'b left@4', 'c@10']);
    expect([server.inUse, server.waiting]).toEqual([0, 0]);
  });

  test('of a process that has just been given a hold leaves the hold to be released', () => {
    const { sim, noted, note } = stage();
    const server = new Resource(sim);
    const first = server.request();
    const second = spawn(
      sim,
      (function* (): Story<void> {
        const request = server.request();
        try {
          yield request;
          note('served');
        } catch {
          note('interrupted');
        } finally {
          server.release(request);
        }
      })(),
    );
    sim.at(5, () => {
      server.release(first);
      second.interrupt();
    });
    sim.run();
    expect(noted).toEqual(['interrupted@5']);
    expect([server.inUse, server.waiting]).toEqual([0, 0]);
  });

  test('finds a process begun: one that is interrupted at once is so at its first yield', () => {
    const { sim, noted, note } = stage();
    const sleeping = spawn(sim, sleepLightly(100, note));
    sleeping.interrupt('early');
    sim.run();
    expect(noted).toEqual(['early@0']);
    expect(sleeping.done).toBe(true);
  });

  test('is not lost when another comes at the same time', () => {
    const { sim, noted, note } = stage();
    const sleeping = spawn(
      sim,
      (function* (): Story<void> {
        for (let time = 0; time < 3; time++) yield* sleepLightly(100, note);
      })(),
    );
    sim.at(10, () => {
      sleeping.interrupt('one');
      sleeping.interrupt('two');
    });
    sim.run();
    expect(noted).toEqual(['one@10', 'two@10', 'slept@110']);
  });

  test('is dropped where one before it has ended the process, and refused after the end', () => {
    const { sim, noted, note } = stage();
    const sleeping = spawn(sim, sleepLightly(100, note));
    sim.at(10, () => {
      sleeping.interrupt('one');
      sleeping.interrupt('two');
    });
    sim.run();
    expect(noted).toEqual(['one@10']);
    expect(() => sleeping.interrupt()).toThrow('a process that has ended cannot be interrupted');
  });

  test('of a process by itself comes at its next yield, and leaves no delay behind', () => {
    const { sim, noted, note } = stage();
    function* life(): Story<void> {
      yield 1;
      restless.interrupt('self');
      yield* sleepLightly(50, note);
      yield* sleepLightly(100, note);
    }
    const restless = spawn(sim, life());
    sim.run();
    expect(noted).toEqual(['self@1', 'slept@101']);
  });

  test('that is not handled is the error of the process', () => {
    const { sim } = stage();
    const reason = { code: 7 };
    const sleeping = spawn(sim, sleep(100));
    sim.at(10, () => sleeping.interrupt(reason));
    expect(() => sim.run()).toThrow(Interrupt);
    expect(sim.now).toBe(10);
    expect(() => sleeping.value).toThrow(expect.objectContaining({ name: 'Interrupt', reason }));
  });

  test('comes as often as it is sent and cuts short what was begun, at any times', () => {
    const times = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12, size: 'max' });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 9 }), (interrupts, span) => {
        const { sim, noted, note } = stage();
        const sleeping = spawn(
          sim,
          (function* (): Story<never> {
            for (;;) yield* sleepLightly(span, note);
          })(),
        );
        for (const time of interrupts) sim.at(time, () => sleeping.interrupt('called'));
        sim.run(70);
        const expected: string[] = [];
        let begun = 0;
        for (const time of [...interrupts].sort((a, b) => a - b).concat(71)) {
          // Sent by events that were scheduled before the delays, an interrupt comes before the end of a delay.
          for (; begun + span < time; begun += span) expected.push(`slept@${begun + span}`);
          begun = time;
          if (time <= 70) expected.push(`called@${time}`);
        }
        expect(noted).toEqual(expected);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
