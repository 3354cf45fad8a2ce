// Machines: slivers that start, work, are reset and refused on nodes that they share.
import { describe, expect, test } from 'vitest';
import { HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { covers, mean, seeds } from '../statistics.ts';
import { quiet, ranFor, room } from './machine-room.ts';

/** No overhead, and slivers start within a millisecond. */
const BARE = 'os: process';

describe('jobs', () => {
  const responses = (jobs: string, more = '', machines = BARE) =>
    seeds(10).map(seed => {
      const slices = `slices: { a: ${quiet(`demand: { jobs: { ${jobs} } }`)}${more} }`;
      const ran = ranFor(2 * HOUR, 10, `machines: { ${machines} }\n${slices}`, seed);
      return mean(ran.ledger('a').sample('jobs.response')) / SECOND;
    });

  test('of M/M/1 with processor sharing take 1 / (mu - lambda) on average', () => {
    // lambda = 0.7, mu = 1: 3.33 s.
    covers(responses('every: exponential 1428571us, work: exponential 1s'), 1 / (1 - 0.7));
  });

  test('take as long on average where the work is always the same', () => {
    covers(responses('every: exponential 1428571us, work: 1s'), 1 / (1 - 0.7));
  });

  test('on a reservation of half a core take as long as on half a machine', () => {
    // lambda = 0.35, mu = 0.5: 6.67 s, whatever the greedy neighbour does.
    const greedy = `, b: ${quiet('caps: { cpuReserve: 0.5 }, demand: { cpu: { cores: 20 } }')}`;
    const claim = 'every: exponential 2857143us, work: exponential 1s';
    const values = seeds(10).map(seed => {
      const a = quiet(`caps: { cpuReserve: 0.5 }, demand: { jobs: { ${claim} } }`);
      const machines = 'machines: { os: process, sharing: reservations, profile: { leak: 0% } }';
      const ran = ranFor(2 * HOUR, 10, `${machines}\nslices: { a: ${a}${greedy} }`, seed);
      return mean(ran.ledger('a').sample('jobs.response')) / SECOND;
    });
    covers(values, 1 / (0.5 - 0.35));
  });

  test('are twice as long beside one process without rest, one at a time', () => {
    const lines = `machines: { ${BARE} }
slices:
  a: ${quiet('demand: { jobs: { every: 10s, work: 1s } }')}
  b: ${quiet('demand: { cpu: { cores: 1 } }')}`;
    const ran = ranFor(MINUTE, 1, lines);
    expect(ran.ledger('a').sample('jobs.response')).toEqual([2, 2, 2, 2, 2].map(figure => figure * SECOND));
    expect(ran.ledger('a').sample('jobs.slowdown')).toEqual([2, 2, 2, 2, 2]);
    expect(ran.gauge('machines.cpu.used')).toBeCloseTo(1, 3);
  });

  test('wait for the disk first, in turn, and longer on one that limps', () => {
    // 10 MB at 10 MB/s take 1 s, at a tenth of that 10 s; then 1 s of work.
    const lines = `machines: { ${BARE}, disk: { rate: 10MB } }
slices: { a: ${quiet('demand: { jobs: { every: 20s, work: 1s, read: 10MB } }')} }
faults: [{ at: 30s, limp: all, disk: 10% }]`;
    const ran = ranFor(MINUTE, 1, lines);
    expect(ran.ledger('a').sample('jobs.response')).toEqual([2 * SECOND, 11 * SECOND]);
  });

  test('that a crash ends are lost', () => {
    const lines = `machines: { ${BARE} }
slices: { a: ${quiet('demand: { jobs: { every: 10s, work: 5s } }')} }
faults: [{ at: 12s, crash: all }]`;
    const { counts } = ranFor(MINUTE, 1, lines).ledger('a');
    expect(counts.get('jobs.lost')).toBe(1);
    expect(counts.get('jobs.done')).toBeUndefined();
  });
});

describe('messages', () => {
  const rtt = (slices: string, machines: string) => {
    const lines = `machines: { os: process, ${machines} }
slices: { a: { run: { protocol: ping, every: 10s, targets: all-pairs }, start: { over: 0s } }${slices} }`;
    return ranFor(5 * MINUTE, 2, lines)
      .ledger('a')
      .sample('rtt');
  };

  test('take the work of their receiver, there and back', () => {
    const [bare] = rtt('', '');
    expect(rtt('', 'work: 5ms')[0] - bare).toBe(10 * MILLISECOND);
  });

  test('take it at the speed that the sliver has beside others', () => {
    const [bare] = rtt('', '');
    const beside = rtt(`, b: ${quiet('demand: { cpu: { cores: 1 } }')}`, 'work: 5ms, profile: { leak: 0% }');
    expect(beside[0] - bare).toBe(20 * MILLISECOND);
  });

  test('take that of the system, too', () => {
    const [bare] = rtt('', '');
    expect(rtt('', 'work: 5ms, profile: { packet: 1ms }')[0] - bare).toBe(12 * MILLISECOND);
  });

  test('are lost where the receive buffer holds 256 of them', () => {
    // Each second 500 messages come, of which one a second is worked on.
    const lines = `machines: { os: process, work: 1s }
slices:
  a:
    place: { nodes: 1 }
    run: { protocol: traffic, pattern: none }
    start: { over: 0s }
  b: { place: { nodes: 1 }, run: { protocol: traffic, pattern: poisson, every: 2ms, contacts: a }, start: { over: 0s } }`;
    const ran = ranFor(10 * SECOND, 1, lines);
    const done = ran.ledger('a').sample('message.wait').length;
    expect(done).toBeGreaterThanOrEqual(8);
    expect(done).toBeLessThanOrEqual(10);
    const { counts } = ran.ledger('network');
    expect(counts.get('dropped.buffer')).toBe(counts.get('delivered')! - done - 256);
  });
});

describe('slivers', () => {
  test('start one after the other on a node, and side by side on two', () => {
    const slices = ['a', 'b', 'c'].map(name => `  ${name}: ${quiet('')}`).join('\n');
    const ran = room(2, `machines: { os: vserver, profile: { start: 10s } }\nslices:\n${slices}`);
    const running = [5, 15, 25, 35].map(time => {
      ran.run.advance(time * SECOND);
      return ran.gauge('machines.slivers.running');
    });
    expect(running).toEqual([0, 2, 4, 6]);
    expect([...ran.ledger('machines').sample('start')].sort((a, b) => a - b)).toEqual(
      [10, 10, 20, 20, 30, 30].map(figure => figure * SECOND),
    );
  });

  test('start again, in turn, with their node', () => {
    const lines = `machines: { profile: { start: 10s } }
slices: { a: ${quiet('')}, b: ${quiet('')} }
faults: [{ at: 1m, crash: all, restart: 1m }]`;
    const ran = room(1, lines);
    const running = [59, 61, 125, 135, 145].map(time => {
      ran.run.advance(time * SECOND);
      return ran.gauge('machines.slivers.running');
    });
    expect(running).toEqual([2, 0, 0, 1, 2]);
  });

  test('are taken in as long as there is memory to set aside', () => {
    const slices = seeds(10).map(index => `  s${index}: ${quiet('')}`);
    const count = (os: string) => {
      const ran = ranFor(HOUR, 3, `machines: { os: ${os}, memory: 512MB }\nslices:\n${slices.join('\n')}`);
      return [ran.gauge('machines.slivers.running'), ran.gauge('machines.slivers.refused')];
    };
    expect(count('vserver')).toEqual([30, 0]);
    // 128 MB each.
    expect(count('vm')).toEqual([12, 18]);
  });

  test('whose reservation does not fit are refused, the later slices first', () => {
    const slice = (reserve: number) => quiet(`caps: { cpuReserve: ${reserve} }`);
    const lines = `machines: { os: process, sharing: reservations }
slices: { a: ${slice(0.4)}, b: ${slice(0.5)}, c: ${slice(0.2)}, d: ${slice(0.1)} }`;
    const ran = ranFor(MINUTE, 4, lines);
    expect(['a', 'b', 'c', 'd'].map(name => ran.gauge(`${name}.slivers.refused`))).toEqual([0, 0, 4, 0]);
  });
});

describe('memory', () => {
  const GREEDY = quiet('demand: { memory: { level: 99MB, hourly: 360MB } }');
  const lines = `machines: { os: process, memory: 200MB, swap: 100MB }
slices: { greedy: ${GREEDY}, small: ${quiet('demand: { memory: { level: 79MB } }')} }`;

  test('goes to swap when it is full, and at 90 % of that the largest user is reset', () => {
    // 100 + 80 MB at first, each with 1 MB of the system's. 110 MB more, at 0.1 MB/s, fill 200 MB and 90 of 100 MB: after
    // 1100 s, that is, at the look at 1110 s.
    const ran = room(1, lines);
    ran.run.advance(1000 * SECOND);
    expect(ran.gauge('machines.memory.used')).toBe(1);
    expect(ran.gauge('machines.swap.used')).toBeCloseTo(0.8, 3);
    ran.run.advance(1109 * SECOND);
    expect(ran.ledger('machines').count('resets')).toBe(0);
    ran.run.advance(1111 * SECOND);
    expect(ran.ledger('greedy').count('resets')).toBe(1);
    expect(ran.ledger('small').count('resets')).toBe(0);
    expect(ran.gauge('machines.swap.used')).toBe(0);
    // And so again, every 1110 s or, by when the look comes, 30 s more.
    ran.run.advance(2 * HOUR);
    expect(ran.ledger('greedy').count('resets')).toBe(6);
  });

  test('that is set aside is nobody else’s to fill', () => {
    const ran = ranFor(
      2 * HOUR,
      1,
      lines.replace('os: process', 'os: process, profile: { allotment: 100MB }'),
    );
    // Its own 100 MB and half of the swap, of which 45 MB may be used: some 450 s each time.
    expect(ran.ledger('greedy').count('resets')).toBeGreaterThan(12);
    expect(ran.ledger('small').count('resets')).toBe(0);
  });
});

describe('disks', () => {
  test('hold each sliver to its quota, and all of them to their size', () => {
    const slice = (hourly: string) => quiet(`demand: { disk: { level: 1GB, hourly: ${hourly} } }`);
    const lines = `machines: { os: process, disk: { size: 15GB } }
slices: { fast: ${slice('9GB')}, slow: ${slice('1GB')} }`;
    const ran = room(1, lines);
    ran.run.advance(HOUR - SECOND);
    expect(ran.ledger('machines').count('disk.quota')).toBe(0);
    ran.run.advance(2 * HOUR);
    // 10 GB, and 1 GB grown by 2 GB.
    expect(ran.ledger('machines').count('disk.quota')).toBe(1);
    expect(ran.gauge('machines.disk.used')).toBeCloseTo(13 / 15, 3);
    ran.run.advance(10 * HOUR);
    expect(ran.ledger('machines').count('disk.full')).toBe(1);
    expect(ran.gauge('machines.disk.used')).toBeCloseTo(1, 6);
  });

  test('that fail take the node down until another is there, and the data for good', () => {
    const lines = `machines: { os: process, disk: { size: 100GB } }
slices: { a: ${quiet('demand: { disk: { level: 1GB, hourly: 1GB } }')} }
faults: [{ at: 1h, disk: all, repair: 1h }, { at: 90m, restart: all }]`;
    const ran = room(2, lines);
    ran.run.advance(100 * MINUTE);
    expect(ran.run.nodesUp).toBe(0);
    expect(ran.ledger('machines').count('disk.lost') / 4e9).toBeCloseTo(1, 5);
    ran.run.advance(2 * HOUR + SECOND);
    expect(ran.run.nodesUp).toBe(2);
    expect(ran.gauge('machines.disk.used')).toBeCloseTo(0.01, 5);
  });

  test('fail by their law: 100 of them, for 1000 h on average, about once in 10 h', () => {
    const failures = seeds(20).map(seed => {
      const disk = 'disk: { failure: exponential 1000h, repair: 1ns }';
      const ran = ranFor(
        500 * HOUR,
        100,
        `machines: { ${BARE}, ${disk} }\nslices: { a: ${quiet('')} }`,
        seed,
      );
      return ran.ledger('machines').count('disk.failures');
    });
    covers(failures, 50);
  });
});

describe('limping', () => {
  test('slows what runs, and ends', () => {
    const lines = `machines: { ${BARE} }
slices: { a: ${quiet('demand: { jobs: { every: 100s, work: 1s } }')} }
faults: [{ at: 150s, limp: all, cpu: 10%, for: 100s }]`;
    expect(
      ranFor(6 * MINUTE, 1, lines)
        .ledger('a')
        .sample('jobs.response'),
    ).toEqual([1, 10, 1].map(figure => figure * SECOND));
  });
});

describe('isolation', () => {
  /** A job of 1 s beside 20 processes without rest. */
  const response = (leak: string) => {
    const lines = `machines: { os: process, profile: { leak: ${leak} } }
slices: { a: ${quiet('demand: { jobs: { every: 100s, work: 1s } }')}, wild: ${quiet('demand: { cpu: { cores: 20 } }')} }`;
    return (
      ranFor(199 * SECOND, 1, lines)
        .ledger('a')
        .sample('jobs.response')[0] / SECOND
    );
  };

  test('is half of a core for one of two slivers where nothing leaks, and 1 of 21 where all does', () => {
    expect(response('0%')).toBeCloseTo(2, 6);
    expect(response('100%')).toBeCloseTo(21, 6);
    // In between: 0.9 / 2 + 0.1 / 21.
    expect(response('10%')).toBeCloseTo(1 / (0.45 + 0.1 / 21), 6);
  });
});

test('a paused node works on nothing', () => {
  const lines = `machines: { ${BARE} }
slices: { a: ${quiet('demand: { jobs: { every: 100s, work: 10s } }')} }
faults: [{ at: 105s, pause: all, for: 50s }]`;
  const [response] = ranFor(199 * SECOND, 1, lines)
    .ledger('a')
    .sample('jobs.response');
  expect(response).toBe(60 * SECOND);
});

test('times are exact to the nanosecond where rates are', () => {
  const lines = `machines: { ${BARE}, cores: 2 }
slices: { a: ${quiet('demand: { jobs: { every: 1s, work: 300us } }')} }`;
  const { values } = ranFor(5 * SECOND, 1, lines).ledger('a');
  expect(new Set(values.get('jobs.response'))).toEqual(new Set([300 * MICROSECOND]));
});
