// Max-min fair rates: the allocations of the textbooks, and the definition itself on random networks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Flow, MaxMin } from '../../models/network/flow/max-min.ts';

/** The rates of flows that come in this order, in the order of the flows. */
function rates(capacities: readonly number[], paths: readonly (readonly number[])[]): number[] {
  const fair = new MaxMin(capacities);
  return paths.map(links => fair.add(links).flow).map(({ rate }) => rate);
}

const close = (values: readonly number[], figures: readonly number[]): void => {
  expect(values).toHaveLength(figures.length);
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(figures[index], 6);
};

describe('textbook allocations', () => {
  test('on a line of equal links, the flow over all has as much as each that crosses it (the parking lot)', () => {
    close(rates([1, 1, 1], [[0, 1, 2], [0], [1], [2]]), [0.5, 0.5, 0.5, 0.5]);
  });

  test('on a line of four links, each of which has a flow more to its end, the last link rules', () => {
    // Flow i enters at link i and leaves at the end: all pass the last link.
    close(rates([1, 1, 1, 1], [[0, 1, 2, 3], [1, 2, 3], [2, 3], [3]]), [0.25, 0.25, 0.25, 0.25]);
  });

  test('on a line of unequal links, who is held back elsewhere leaves the rest to the others', () => {
    // Link 0: 10 over two flows. Link 1: 4 over two, so the long one has 2 and leaves 8. Link 2: 6, its own flow has 4.
    close(rates([10, 4, 6], [[0, 1, 2], [0], [1], [2]]), [2, 8, 2, 4]);
  });

  test('in three steps: three sessions at 1/3, the next at 2/3, the last at 1', () => {
    // As in the example of Bertsekas and Gallager's section 6.5.2: sessions 2, 3 and 5 fill a link, then 1 beside 3
    // another, and 4 has a third to itself.
    const [first, second, third] = [0, 1, 2];
    const sessions = [[second], [first], [first, second], [third], [first]];
    close(rates([1, 1, 1], sessions), [2 / 3, 1 / 3, 1 / 3, 1, 1 / 3]);
  });

  test('on a star, where the way up and the way down of each node are links', () => {
    // Up 0..3, down 4..7. Node 0 sends to 1, 2, 3 and node 1 to 3, which also has 2 sending to it.
    const capacities = [9, 9, 9, 9, 9, 9, 9, 6];
    const paths = [
      [0, 5],
      [0, 6],
      [0, 7],
      [1, 7],
      [2, 7],
    ];
    // Down to 3: 6 / 3 = 2 each. What is left of node 0's 9: 7 / 2 each.
    close(rates(capacities, paths), [3.5, 3.5, 2, 2, 2]);
  });

  test('on a tree, where two subtrees share the root', () => {
    // Leaves 0, 1 (10 each) under branch 4 (8); leaves 2, 3 (1 and 10) under branch 5 (8); the root 6 (12).
    const capacities = [10, 10, 1, 10, 8, 8, 12];
    const paths = [
      [0, 4, 6],
      [1, 4, 6],
      [2, 5, 6],
      [3, 5, 6],
    ];
    // Leaf 2 has 1; the root has 11 / 3 for each of the others, which branch 4 (4 each) and 5 (7) allow.
    close(rates(capacities, paths), [11 / 3, 11 / 3, 1, 11 / 3]);
  });

  test('a flow over no link is held back by none', () => {
    expect(rates([1], [[]])).toEqual([Infinity]);
  });
});

describe('as flows come and go', () => {
  test('who leaves gives what it had to those whom it held back, and the changed are told', () => {
    const fair = new MaxMin([10, 4]);
    const { flow: long } = fair.add([0, 1]);
    const { flow: short } = fair.add([0]);
    const { flow: last, changed } = fair.add([1]);
    close([long.rate, short.rate, last.rate], [2, 8, 2]);
    expect(changed).toHaveLength(3);
    expect(fair.remove(last)).toHaveLength(2);
    close([long.rate, short.rate], [4, 6]);
    expect(fair.remove(short)).toHaveLength(0);
    expect(long.rate).toBe(4);
  });

  test('on random networks, no flow could grow but by taking from one that has no more', () => {
    fc.assert(
      fc.property(networks, ({ capacities, steps }) => {
        const fair = new MaxMin(capacities);
        const alive: Flow[] = [];
        for (const step of steps) {
          if ('leaves' in step) {
            if (alive.length > 0) fair.remove(alive.splice(step.leaves % alive.length, 1)[0]);
          } else alive.push(fair.add(step.links).flow);
          expectMaxMin(capacities, alive);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('what is kept up from change to change is what filling all at once gives', () => {
    fc.assert(
      fc.property(networks, ({ capacities, steps }) => {
        const fair = new MaxMin(capacities);
        const alive: Flow[] = [];
        for (const step of steps) {
          if ('links' in step) alive.push(fair.add(step.links).flow);
          else if (alive.length > 0) fair.remove(alive.splice(step.leaves % alive.length, 1)[0]);
        }
        const reference = waterFilling(
          capacities,
          alive.map(({ links }) => links),
        );
        for (const [index, { rate }] of alive.entries()) expect(rate / reference[index]).toBeCloseTo(1, 6);
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

type Step = { readonly links: readonly number[] } | { readonly leaves: number };

const networks = fc
  .array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 })
  .chain(capacities =>
    fc.record({
      capacities: fc.constant(capacities),
      steps: fc.array(
        fc.oneof(
          {
            weight: 3,
            arbitrary: fc.record({
              links: fc.uniqueArray(fc.nat(capacities.length - 1), { minLength: 1, maxLength: 4 }),
            }),
          },
          { weight: 1, arbitrary: fc.record({ leaves: fc.nat(50) }) },
        ) as fc.Arbitrary<Step>,
        { maxLength: 40 },
      ),
    }),
  );

/** The definition, by brute force: each flow passes a full link on which nobody has more, and no link carries too much. */
function expectMaxMin(capacities: readonly number[], flows: readonly Flow[]): void {
  const on = capacities.map((_, link) => flows.filter(({ links }) => links.includes(link)));
  const load = on.map(list => list.reduce((sum, { rate }) => sum + rate, 0));
  for (const [link, capacity] of capacities.entries()) expect(load[link]).toBeLessThan(capacity * (1 + 1e-7));
  for (const { links, rate } of flows) {
    const held = links.some(
      link =>
        load[link] > capacities[link] * (1 - 1e-7) &&
        on[link].every(other => other.rate <= rate * (1 + 1e-7)),
    );
    expect(held).toBe(true);
  }
}

/** All rates rise together; those on a link that is full stay behind. In small steps of arithmetic, for all flows at once. */
function waterFilling(capacities: readonly number[], paths: readonly (readonly number[])[]): number[] {
  const result = paths.map(() => 0);
  const growing = new Set(paths.keys());
  while (growing.size > 0) {
    const room = capacities.map((capacity, link) => {
      const users = [...paths.keys()].filter(flow => paths[flow].includes(link));
      const rising = users.filter(flow => growing.has(flow));
      const used = users.reduce((sum, flow) => sum + result[flow], 0);
      return rising.length === 0 ? Infinity : (capacity - used) / rising.length;
    });
    const rise = Math.min(...room);
    for (const flow of growing) result[flow] += rise;
    for (const flow of [...growing]) {
      if (paths[flow].some(link => room[link] <= rise * (1 + 1e-12) + 1e-12)) growing.delete(flow);
    }
  }
  return result;
}
