// Resources: who is served when, never more than there is room for, and nobody lost on the way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interrupt, type Story, spawn } from '../../sim/process.ts';
import { stream } from '../../sim/random.ts';
import { PriorityResource, type Request, Resource } from '../../sim/resource.ts';
import { Simulation } from '../../sim/simulation.ts';

describe('a resource', () => {
  test('serves the cars of the SimPy tutorial (simpy.readthedocs.io, "Shared Resources")', () => {
    // Four cars come to a station for two, at 0, 2, 4 and 6, and charge for 5 each.
    const sim = new Simulation();
    const station = new Resource(sim, 2);
    const charging: [begin: number, end: number][] = [];
    function* car(arrival: number): Story<void> {
      yield arrival;
      const place = yield* station.request();
      const begin = sim.now;
      yield 5;
      station.release(place);
      charging.push([begin, sim.now]);
    }
    for (const arrival of [0, 2, 4, 6]) spawn(sim, car(arrival));
    sim.run();
    expect(charging).toEqual([
      [0, 5],
      [2, 7],
      [5, 10],
      [7, 12],
    ]);
  });

  test('begins each service when the recursion of Kiefer and Wolfowitz says, whatever comes', () => {
    // J. Kiefer, J. Wolfowitz, "On the theory of queues with many servers", Trans. AMS 78, 1955: first come first
    // served by c servers, a customer begins when he has come and the server that is free first is.
    const customers = fc.array(fc.tuple(fc.nat(9), fc.nat(30)), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(customers, fc.integer({ min: 1, max: 5 }), (customers, servers) => {
        const sim = new Simulation();
        const resource = new Resource(sim, servers);
        const begun: number[] = [];
        function* customer(index: number, service: number): Story<void> {
          const hold = yield* resource.request();
          begun[index] = sim.now;
          yield service;
          resource.release(hold);
        }
        spawn(
          sim,
          (function* (): Story<void> {
            for (const [index, [gap, service]] of customers.entries()) {
              yield gap;
              spawn(sim, customer(index, service));
            }
          })(),
        );
        sim.run();

        const free = new Array<number>(servers).fill(0);
        let arrival = 0;
        const expected = customers.map(([gap, service]) => {
          arrival += gap;
          const begin = Math.max(arrival, free[0]);
          free[0] = begin + service;
          free.sort((a, b) => a - b);
          return begin;
        });
        expect(begun).toEqual(expected);
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  test('of infinite capacity lets nobody wait', () => {
    const sim = new Simulation();
    const resource = new Resource(sim, Infinity);
    for (let count = 0; count < 1000; count++) expect(resource.request().done).toBe(true);
    expect([resource.inUse, resource.waiting]).toEqual([1000, 0]);
  });

  test.each([0, -1, 1.5, Number.NaN, -Infinity])('of capacity %s is refused', capacity => {
    expect(() => new Resource(new Simulation(), capacity)).toThrow(
      `a resource's capacity is an integer of at least 1, got ${capacity}`,
    );
  });

  test('takes back no hold twice, and none of another resource', () => {
    const sim = new Simulation();
    const [resource, other] = [new Resource(sim), new Resource(sim)];
    const held = resource.request();
    const waiting = resource.request();
    expect(() => other.release(held)).toThrow('neither holds this resource nor waits for it');
    expect(() => other.release(waiting)).toThrow(RangeError);
    resource.release(waiting);
    expect(() => resource.release(waiting)).toThrow(RangeError);
    resource.release(held);
    expect(() => resource.release(held)).toThrow(RangeError);
    expect([resource.inUse, resource.waiting]).toEqual([0, 0]);
  });
});

describe('a priority resource', () => {
  test('serves the lowest number first, first come first served within one, and nobody before his time', () => {
    const sim = new Simulation();
    const server = new PriorityResource(sim);
    const served: string[] = [];
    function* customer(name: string, arrival: number, priority: number): Story<void> {
      yield arrival;
      const hold = yield* server.request(priority);
      served.push(`${name}@${sim.now}`);
      yield 10;
      server.release(hold);
    }
    const customers = [
      ['a', 0, 9],
      ['b', 1, 2],
      ['c', 2, 2],
      ['d', 3, -1],
      ['e', 4, 2],
      ['f', 15, 0.5],
      ['g', 16, Infinity],
      ['h', 16, -Infinity],
    ] as const;
    for (const [name, arrival, priority] of customers) spawn(sim, customer(name, arrival, priority));
    sim.run();
    expect(served).toEqual(['a@0', 'd@10', 'h@20', 'f@30', 'b@40', 'c@50', 'e@60', 'g@70']);
  });

  test('refuses a priority that has no order', () => {
    const resource = new PriorityResource(new Simulation());
    expect(() => resource.request(Number.NaN)).toThrow('a priority is a number, got NaN');
    expect(resource.inUse).toBe(0);
  });
});

describe.each([
  ['first come first served', Resource, () => 0],
  ['by priority', PriorityResource, ({ priority }: Request) => priority],
] as const)('%s', (_name, Kind, rank) => {
  test('any requests and releases, of holds and of places in the line, go as by definition', () => {
    // An operation: a request with a priority, or the release of one of those that were asked for.
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.record({ priority: fc.integer({ min: -2, max: 2 }) }) },
      { weight: 2, arbitrary: fc.record({ release: fc.nat() }) },
    );
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        (operations, capacity) => {
          const resource = new Kind(new Simulation(), capacity);
          const asked: Request[] = [];
          const holding = new Set<Request>();
          for (const operation of operations) {
            if ('priority' in operation) asked.push(resource.request(operation.priority));
            else if (asked.length > 0) {
              const [released] = asked.splice(operation.release % asked.length, 1);
              holding.delete(released);
              resource.release(released);
            }
            const line = asked.filter(request => !holding.has(request)).sort((a, b) => rank(a) - rank(b));
            for (const next of line.slice(0, capacity - holding.size)) holding.add(next);
            expect(asked.map(request => request.done)).toEqual(asked.map(request => holding.has(request)));
            expect(resource.inUse).toBe(holding.size);
            expect(resource.waiting).toBe(asked.length - holding.size);
            expect(resource.inUse).toBeLessThanOrEqual(capacity);
          }
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  test('customers who come, are served and are called away at random times all leave, and no server idles', () => {
    for (let seed = 0; seed < 20; seed++) {
      const sim = new Simulation();
      const random = stream('called away', seed);
      const resource = new Kind(sim, 1 + random.integer(4));
      let inside = 0;
      let left = 0;
      function* customer(): Story<void> {
        const request = resource.request(random.integer(5));
        try {
          yield request;
          inside++;
          expect(inside).toBeLessThanOrEqual(resource.capacity);
          try {
            yield random.integer(40);
          } finally {
            inside--;
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Interrupt);
        } finally {
          resource.release(request);
          left++;
        }
      }
      for (let count = 0; count < 300; count++) {
        sim.at(random.integer(2000), () => {
          const process = spawn(sim, customer());
          if (random.integer(3) === 0)
            sim.after(random.integer(60), () => process.done || process.interrupt());
        });
      }
      while (sim.step()) {
        if (resource.waiting > 0) expect(resource.inUse).toBe(resource.capacity);
      }
      expect(left).toBe(300);
      expect([resource.inUse, resource.waiting, inside]).toEqual([0, 0, 0]);
    }
  });
});
