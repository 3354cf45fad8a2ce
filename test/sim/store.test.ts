// Stores: what goes in comes out, once, in order, and never more than there is room for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Story, spawn } from '../../sim/process.ts';
import type { Signal } from '../../sim/signal.ts';
import { Simulation } from '../../sim/simulation.ts';
import { Store } from '../../sim/store.ts';

/** The items that a producer put and a consumer got, each with its time. */
interface Traffic {
  readonly put: readonly number[];
  readonly got: readonly (readonly [item: number, time: number])[];
}

/** A producer that works `makes[k]` on item k before it puts it, and a consumer that works `uses[k]` after it got it. */
function produceAndConsume(makes: readonly number[], uses: readonly number[], capacity: number): Traffic {
  const sim = new Simulation();
  const store = new Store<number>(sim, capacity);
  const put: number[] = [];
  const got: [number, number][] = [];
  function* producer(): Story<void> {
    for (const [item, span] of makes.entries()) {
      yield span;
      yield store.put(item);
      put.push(sim.now);
    }
  }
  function* consumer(): Story<void> {
    for (const span of uses) {
      const item = yield* store.get();
      got.push([item, sim.now]);
      yield span;
    }
  }
  spawn(sim, producer());
  spawn(sim, consumer());
  while (sim.step()) expect(store.size).toBeLessThanOrEqual(capacity);
  expect(store.size).toBe(0);
  return { put, got };
}

describe('a store', () => {
  test('between two machines blocks the first and starves the second as the recursion of the line says', () => {
    // Item k is put when it is made and item k - capacity has been taken; it is taken when it was put and its
    // predecessor is used up (the recursion of a two-machine transfer line with blocking after service).
    const jobs = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(jobs, fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(Infinity)), (jobs, capacity) => {
        const makes = jobs.map(([make]) => make);
        const uses = jobs.map(([, use]) => use);
        const { put, got } = produceAndConsume(makes, uses, capacity);
        const puts: number[] = [];
        const gets: number[] = [];
        for (const [k, make] of makes.entries()) {
          puts[k] = Math.max((puts[k - 1] ?? 0) + make, gets[k - capacity] ?? 0);
          gets[k] = Math.max(puts[k], (gets[k - 1] ?? 0) + (uses[k - 1] ?? 0));
        }
        expect(put).toEqual(puts);
        expect(got).toEqual(gets.map((time, item) => [item, time]));
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  test('gives every item to one of many consumers, in order, the consumers taking turns', () => {
    const sim = new Simulation();
    const store = new Store<number>(sim);
    const got: [consumer: number, item: number][] = [];
    function* consumer(index: number): Story<void> {
      for (let count = 0; count < 3; count++) got.push([index, yield* store.get()]);
    }
    for (const index of [0, 1, 2]) spawn(sim, consumer(index));
    sim.at(5, () => {
      for (let item = 0; item < 9; item++) store.put(item);
    });
    sim.run();
    expect(got).toEqual(Array.from({ length: 9 }, (_, item) => [item % 3, item]));
  });

  test('holds equal items, and undefined, as items like others', () => {
    const sim = new Simulation();
    const store = new Store<string | undefined>(sim);
    for (const item of ['a', undefined, 'a', undefined]) store.put(item);
    expect(store.size).toBe(4);
    const gets = Array.from({ length: 4 }, () => store.get());
    expect(gets.map(get => get.value)).toEqual(['a', undefined, 'a', undefined]);
    expect(store.size).toBe(0);
  });

  test.each([0, -1, 0.5, 2.5, Number.NaN])('of capacity %s is refused', capacity => {
    expect(() => new Store(new Simulation(), capacity)).toThrow(
      `a store's capacity is an integer of at least 1, got ${capacity}`,
    );
  });
});

describe('a filter', () => {
  test('takes the first item that it accepts, past others, and waits for one where there is none', () => {
    const sim = new Simulation();
    const store = new Store<string>(sim);
    for (const item of ['apple', 'banana', 'cherry', 'avocado']) store.put(item);
    const starting = (letter: string) => store.get(item => item.startsWith(letter));
    const [first, second, third, any] = [starting('a'), starting('a'), starting('a'), store.get()];
    expect([first.value, second.value, any.value]).toEqual(['apple', 'avocado', 'banana']);
    expect(third.done).toBe(false);
    store.put('blueberry');
    expect([third.done, store.size]).toEqual([false, 2]);
    store.put('apricot');
    expect([third.value, store.size]).toEqual(['apricot', 2]);
  });

  test('does not keep those behind it in the line waiting for what it refuses', () => {
    const store = new Store<number>(new Simulation());
    const [never, odd, any] = [store.get(() => false), store.get(item => item % 2 === 1), store.get()];
    store.put(2);
    expect([never.done, odd.done, any.value]).toEqual([false, false, 2]);
    store.put(3);
    expect([never.done, odd.value]).toEqual([false, 3]);
  });

  test('at a full store waits for an item that is in it, and not for one before the door', () => {
    const store = new Store<number>(new Simulation(), 2);
    for (const item of [1, 2]) store.put(item);
    const outside = store.put(3);
    const three = store.get(item => item === 3);
    expect([outside.done, three.done]).toEqual([false, false]);
    expect(store.get(item => item === 2).value).toBe(2);
    expect([outside.done, three.value, store.size]).toEqual([true, 3, 1]);
  });
});

describe('a wish', () => {
  test('that waits may be withdrawn, and takes and puts nothing any more', () => {
    const sim = new Simulation();
    const store = new Store<string>(sim, 1);
    const [withdrawn, served] = [store.get(), store.get()];
    expect(store.cancel(withdrawn)).toBe(true);
    store.put('a');
    expect([withdrawn.done, served.value]).toEqual([false, 'a']);
    store.put('b');
    const [given, kept] = [store.put('c'), store.put('d')];
    expect(store.cancel(given)).toBe(true);
    expect(store.get().value).toBe('b');
    expect([given.done, kept.done]).toEqual([false, true]);
    expect(store.get().value).toBe('d');
  });

  test('that has been granted may not: its item is there to be used', () => {
    const store = new Store<string>(new Simulation());
    const [put, get] = [store.put('a'), store.get()];
    expect([store.cancel(put), store.cancel(get)]).toEqual([false, false]);
    expect(get.value).toBe('a');
  });

  test('of another store, or one withdrawn before, is refused', () => {
    const sim = new Simulation();
    const [store, other] = [new Store<string>(sim), new Store<string>(sim)];
    const get = store.get();
    expect(() => other.cancel(get)).toThrow('the wish does not wait at this store');
    store.cancel(get);
    expect(() => store.cancel(get)).toThrow(RangeError);
  });
});

describe('any puts, gets, filters and withdrawals', () => {
  type Operation = { put: number } | { get: number | undefined } | { cancel: number };
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: fc.nat(4) }) },
    { weight: 4, arbitrary: fc.record({ get: fc.option(fc.nat(4), { nil: undefined }) }) },
    { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
  );
  interface Wish {
    readonly signal: Signal<unknown>;
    /** What it puts, or what it wants: undefined for any. */
    readonly item: number | undefined;
    granted: boolean;
    brought?: number | undefined;
  }

  /** Grants what can be granted by scanning everything until nothing moves: the definition, as slow as it is plain. */
  function settle(puts: Wish[], items: number[], gets: Wish[], capacity: number): void {
    for (;;) {
      if (puts.length > 0 && items.length < capacity) {
        const put = puts.shift()!;
        put.granted = true;
        items.push(put.item!);
        continue;
      }
      const wants = (get: Wish) => items.findIndex(item => get.item === undefined || get.item === item);
      const served = gets.findIndex(get => wants(get) >= 0);
      if (served < 0) return;
      const [get] = gets.splice(served, 1);
      [get.brought] = items.splice(wants(get), 1);
      get.granted = true;
    }
  }

  function play(operations: readonly Operation[], capacity: number): void {
    const store = new Store<number>(new Simulation(), capacity);
    const [wishes, puts, gets]: Wish[][] = [[], [], []];
    const items: number[] = [];
    for (const operation of operations) {
      if ('put' in operation) {
        puts.push({ signal: store.put(operation.put), item: operation.put, granted: false });
        wishes.push(puts.at(-1)!);
      } else if ('get' in operation) {
        const { get: wanted } = operation;
        const signal = wanted === undefined ? store.get() : store.get(item => item === wanted);
        gets.push({ signal, item: wanted, granted: false });
        wishes.push(gets.at(-1)!);
      } else if (wishes.length > 0) {
        const [wish] = wishes.splice(operation.cancel % wishes.length, 1);
        expect(store.cancel(wish.signal as Signal<number>)).toBe(!wish.granted);
        for (const line of [puts, gets]) if (line.includes(wish)) line.splice(line.indexOf(wish), 1);
      }
      settle(puts, items, gets, capacity);
      expect(store.size).toBe(items.length);
      const actual = wishes.map(({ signal }) => (signal.done ? `${signal.value}` : 'waits'));
      expect(actual).toEqual(wishes.map(({ granted, brought }) => (granted ? `${brought}` : 'waits')));
    }
  }

  test('go as by definition, and no item is lost or doubled', () => {
    const operations = fc.array(operation, { maxLength: 100, size: 'max' });
    const capacities = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Infinity));
    fc.assert(fc.property(operations, capacities, play), { numRuns: 200, seed: 9 });
  });
});
