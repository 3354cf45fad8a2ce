// The simulation loop, the digest, random streams and the clock's units.
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { Digest } from '../../sim/digest.ts';
import { RandomStream, stream } from '../../sim/random.ts';
import { NO_HOST, Simulation } from '../../sim/simulation.ts';
import { DAY, formatDuration, HOUR, MILLISECOND, parseDuration, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

describe('the loop', () => {
  test('runs events in order of time, then of scheduling, up to and including `until`', () => {
    const sim = new Simulation();
    const seen: string[] = [];
    const note = sim.kind<string>('note', (_host, text) => seen.push(`${text}@${sim.now}`));
    sim.post(20, note, NO_HOST, 'c');
    sim.post(10, note, NO_HOST, 'a');
    sim.post(10, note, NO_HOST, 'b');
    sim.post(21, note, NO_HOST, 'd');
    expect(sim.run(20)).toBe(true);
    expect(seen).toEqual(['a@10', 'b@10', 'c@20']);
    expect(sim.now).toBe(20);
    expect(sim.pending).toBe(1);
    expect(sim.run(1000)).toBe(true);
    expect(sim.now).toBe(1000);
    expect(sim.events).toBe(4);
  });

  test('an event may schedule another at its own time: it runs after all that stood there', () => {
    const sim = new Simulation();
    const seen: number[] = [];
    sim.at(5, () => {
      seen.push(1);
      sim.after(0, () => seen.push(3));
    });
    sim.at(5, () => seen.push(2));
    sim.run();
    expect(seen).toEqual([1, 2, 3]);
  });

  test('stops after the limit of events, and goes on from there', () => {
    const sim = new Simulation();
    for (let time = 1; time <= 10; time++) sim.at(time, () => {});
    expect(sim.run(Infinity, 4)).toBe(false);
    expect(sim.now).toBe(4);
    expect(sim.run()).toBe(true);
    expect(sim.now).toBe(10);
    expect(sim.step()).toBe(false);
  });

  test('refuses the past and tells the last event', () => {
    const sim = new Simulation();
    expect(sim.last).toBeUndefined();
    sim.at(10, () => {}, 3);
    sim.run();
    expect(sim.last).toEqual({ time: 10, host: 3, kind: 'callback' });
    expect(() => sim.at(9, () => {})).toThrow("event 'callback' at 9 ns lies before the present, 10 ns");
    expect(() => sim.at(Number.NaN, () => {})).toThrow(RangeError);
  });

  test('a cancelled event does not run, and its cancelling is told from one too late', () => {
    const sim = new Simulation();
    const id = sim.after(5, () => expect.unreachable());
    expect(sim.cancel(id)).toBe(true);
    expect(sim.cancel(id)).toBe(false);
    sim.run();
    expect(sim.events).toBe(0);
  });
});

describe('the digest', () => {
  const digestOf = (events: readonly (readonly [time: number, host: number, kind: number])[]) => {
    const digest = new Digest();
    for (const event of events) digest.add(...event);
    return digest.toString();
  };
  const events = Array.from({ length: 300 }, (_, index) => [index * 1e9, index % 7, index % 3] as const);

  test('is equal for equal events and changes with any time, host, kind or order on a host', () => {
    const original = digestOf(events);
    expect(digestOf(events)).toBe(original);
    expect(original).toMatch(/^[0-9a-f]{16}$/);
    const changed = [0, 150, 299].flatMap(at => [
      events.with(at, [events[at][0] + 1, events[at][1], events[at][2]]),
      events.with(at, [events[at][0] + 2 ** 32, events[at][1], events[at][2]]),
      events.with(at, [events[at][0], events[at][1] + 1, events[at][2]]),
      events.with(at, [events[at][0], events[at][1], events[at][2] + 1]),
    ]);
    const swapped = events.with(0, events[7]).with(7, events[0]);
    const all = [original, digestOf(swapped), digestOf(events.slice(0, -1)), ...changed.map(digestOf)];
    expect(new Set(all).size).toBe(all.length);
  });

  test('does not depend on how events of different hosts interleave', () => {
    const byHost = [...events].sort((a, b) => a[1] - b[1]);
    expect(digestOf(byHost)).toBe(digestOf(events));
  });
});

describe('random streams', () => {
  test('are those of seedrandom.alea, and kept apart by name', () => {
    const [mine, theirs] = [new RandomStream('petri'), seedrandom.alea('petri')];
    for (let index = 0; index < 10_000; index++) expect(mine.uniform()).toBe(theirs());
    const firsts = [
      stream('1', 'ab', 'c'),
      stream('1', 'a', 'bc'),
      stream('1a', 'b', 'c'),
      stream('1', 'abc'),
    ];
    expect(new Set(firsts.map(one => one.uniform())).size).toBe(4);
  });

  test('draws of one do not change those of another', () => {
    const alone = stream('1', 'a');
    const expected = Array.from({ length: 5000 }, () => alone.uniform());
    const [a, b] = [stream('1', 'a'), stream('1', 'b')];
    const drawn = expected.map(() => {
      b.normal(0, 1);
      return a.uniform();
    });
    expect(drawn).toEqual(expected);
  });

  const laws: [name: string, mean: number, draw: (random: RandomStream) => number][] = [
    ['uniform', 0.5, random => random.uniform()],
    ['its square', 1 / 3, random => random.uniform() ** 2],
    ['integer(6)', 2.5, random => random.integer(6)],
    ['exponential(3)', 3, random => random.exponential(3)],
    ['its square', 18, random => random.exponential(3) ** 2],
    ['normal(5, 2)', 5, random => random.normal(5, 2)],
    ['its square', 29, random => random.normal(5, 2) ** 2],
    ['lognormal(0, 0.5)', Math.exp(0.125), random => random.lognormal(0, 0.5)],
    ['weibull(2, 2)', Math.sqrt(Math.PI), random => random.weibull(2, 2)],
    ['pareto(1, 4)', 4 / 3, random => random.pareto(1, 4)],
  ];
  test.each(laws)('the mean of %s is %f', (_name, mean, draw) => {
    const batches = Array.from({ length: 50 }, (_, batch) => {
      const random = stream('laws', batch);
      return Array.from({ length: 2000 }, () => draw(random)).reduce((sum, value) => sum + value, 0) / 2000;
    });
    const { low, high } = interval99(batches);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
  });

  test('a shuffle puts every item in every place equally often (chi-square, 99.9 %)', () => {
    const counts = new Float64Array(25);
    const random = stream('shuffle');
    for (let round = 0; round < 10_000; round++) {
      for (const [place, item] of random.shuffle([0, 1, 2, 3, 4]).entries()) counts[5 * place + item]++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // 16 degrees of freedom.
    expect(chiSquare).toBeLessThan(39.25);
  });
});

describe('durations', () => {
  test.each([
    ['50ms', 50 * MILLISECOND],
    ['1.5h', 1.5 * HOUR],
    ['3d', 3 * DAY],
    ['0s', 0],
    [' 2 s ', 2 * SECOND],
    ['250us', 250_000],
    ['7ns', 7],
  ])('%s', (text, expected) => expect(parseDuration(text)).toBe(expected));

  test.each(['', '5', '-5s', '5 seconds', 'ms', '1e3s', 'NaNs'])('"%s" is none', text => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('what is written is read back to three decimals', () => {
    for (const span of [0, 1, 999, 1500, 20 * MILLISECOND, 90 * SECOND, 36 * HOUR, 100 * DAY]) {
      const back = parseDuration(formatDuration(span)) as number;
      expect(Math.abs(back - span)).toBeLessThanOrEqual(span * 0.0005);
    }
  });
});
