// Two runs' events compared: the first that differs is found wherever it is, and where it was asked for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CausalSimulation } from '../../sim/causal-simulation.ts';
import { Digest } from '../../sim/digest.ts';
import { type EventChunk, EventLog, LogComparison } from '../../sim/event-log.ts';
import { Simulation } from '../../sim/simulation.ts';

type Event = readonly [time: number, host: number, kind: number];

function logged(events: readonly Event[]): { chunks: EventChunk[]; digest: string } {
  const chunks: EventChunk[] = [];
  const log = new EventLog(chunk => chunks.push(chunk));
  for (const event of events) log.add(...event);
  log.flush();
  return { chunks, digest: log.toString() };
}

/** Gives the chunks of both sides away in an order that chance decides. */
function compared(
  first: readonly Event[],
  second: readonly Event[],
  turns: readonly boolean[],
): number | undefined {
  const comparison = new LogComparison();
  const waiting = [logged(first).chunks, logged(second).chunks] as const;
  const give = (side: 0 | 1) => {
    const chunk = waiting[side].shift();
    if (chunk) comparison.add(side, chunk);
  };
  for (const turn of turns) give(turn ? 1 : 0);
  for (const side of [0, 1] as const) {
    while (waiting[side].length > 0) give(side);
    comparison.end(side);
  }
  return comparison.difference;
}

const many = (count: number): Event[] =>
  Array.from({ length: count }, (_, index) => [index, index % 7, index % 3]);

describe('two logs', () => {
  test('of the same events are the same, whatever the order in which they come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        fc.array(fc.boolean(), { maxLength: 8 }),
        (count, turns) => {
          expect(compared(many(count), many(count), turns)).toBeUndefined();
        },
      ),
      { numRuns: 20 },
    );
  });

  test('differ from the first event that does, or that one of them has not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(),
        fc.constantFrom('time', 'host', 'kind', 'end'),
        fc.array(fc.boolean(), { maxLength: 8 }),
        (count, seed, what, turns) => {
          const at = seed % count;
          const [time, host, kind] = many(count)[at]!;
          const changed: Record<string, Event> = {
            time: [time + 0.5, host, kind],
            host: [time, host + 1, kind],
            kind: [time, host, kind + 1],
          };
          const other = what === 'end' ? many(count).slice(0, at) : many(count).with(at, changed[what]!);
          expect(compared(many(count), other, turns)).toBe(at);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('hash as a digest does', () => {
    const digest = new Digest();
    for (const event of many(1000)) digest.add(...event);
    expect(logged(many(1000)).digest).toBe(digest.toString());
  });
});

describe('a simulation that remembers causes', () => {
  function ring(sim: Simulation): string[] {
    const order: string[] = [];
    const hop = sim.kind<string>('hop', (host, name, x, y) => {
      order.push(`${sim.now} ${host} ${name} ${x} ${y}`);
      if (sim.now < 50) sim.post(sim.now + 7, hop, host + 1, `${name}'`, x + 1, y - 1);
    });
    sim.post(3, hop, 0, 'a', 1, 2);
    const cancelled = sim.after(10, () => order.push('never'));
    sim.after(12, () => order.push('callback'), 4);
    sim.cancel(cancelled);
    sim.run();
    return order;
  }

  test('runs as any other', () => {
    const [plain, causal] = [new Simulation(), new CausalSimulation()];
    expect(ring(causal)).toEqual(ring(plain));
    expect(causal.digest.toString()).toBe(plain.digest.toString());
  });

  test('tells where the event was asked for', () => {
    const sim = new CausalSimulation();
    expect(sim.origin).toBeUndefined();
    function whoAsks(): void {
      sim.after(5, () => undefined);
    }
    whoAsks();
    sim.run();
    expect(sim.origin?.stack).toContain('whoAsks');
  });
});
