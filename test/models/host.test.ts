// Simulated hosts: lives, timers, messages on their way, and the accounts of the fabric between them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DATAGRAM_HEADER, furnish, SimulatedHost } from '../../models/host/simulated-host.ts';
import { apart } from '../../models/network/cuts.ts';
import { DROP_REASONS } from '../../models/network/fate.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import type { CapSpec, NetworkSpec } from '../../models/network/spec.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import type { Host, Protocol } from '../../protocols/port.ts';
import { stream } from '../../sim/random.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';

const PATH = 30 * MILLISECOND;

interface Note {
  readonly text: string;
}

/** One life of a host: keeps what comes. */
class Listener implements Protocol<Note> {
  readonly heard: { readonly from: unknown; readonly message: Note; readonly at: number }[] = [];
  starts = 0;
  private readonly host: Host<Note>;

  constructor(host: Host<Note>) {
    this.host = host;
  }

  start(): void {
    this.starts++;
  }

  receive(from: unknown, message: Note): void {
    this.heard.push({ from, message, at: this.host.now() });
  }

  stop(): void {}
}

interface Conditions {
  readonly network?: Partial<NetworkSpec>;
  readonly cap?: Partial<CapSpec>;
  readonly seed?: string;
  /** The hosts' names; each is on a node of its own, of the same name. */
  readonly names?: readonly string[];
}

/** Hosts, each on a node and site of its own, 30 ms apart, on unlimited links where nothing else is said. */
function room({ network: change, cap, seed = 'seed', names = ['a', 'b', 'c'] }: Conditions = {}) {
  const sim = new Simulation();
  const access = { up: Infinity, down: Infinity, queue: 0 };
  const spec: NetworkSpec = { grain: 'message', access, jitter: 0, loss: { rate: 0, burst: 1 }, ...change };
  const network = new Network(
    { senders: names, siteOf: Int32Array.from(names.keys()) },
    { delay: () => PATH },
    spec,
    seed,
  );
  const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 1500, queue: 0, ...cap })));
  const meter = new Ledger();
  const shared = furnish(sim, new Hosts([...names.keys()]), network, caps, meter, seed);
  const sizer = { sizeOf: ({ text }: Note) => text.length };
  const hosts = names.map((name, address) => new SimulatedHost<Note>(shared, address, name, sizer));
  const boot = (address: number): Listener => {
    const listener = new Listener(hosts[address]);
    hosts[address].boot(listener);
    return listener;
  };
  return { sim, network, meter, hosts, boot };
}

const texts = ({ heard }: Listener) => heard.map(({ message }) => message.text);

describe('a message', () => {
  test('arrives as the very object that was sent, after the path', () => {
    const { sim, hosts, boot } = room();
    boot(0);
    const listener = boot(1);
    const message = { text: 'hello' };
    hosts[0].send(1, message);
    sim.run();
    expect(listener.heard).toEqual([{ from: 0, message, at: PATH }]);
    expect(listener.heard[0].message).toBe(message);
  });

  test('is on the wire with the headers of UDP and IP', () => {
    expect(DATAGRAM_HEADER).toBe(20 + 8);
    // 1 byte takes 1 us, once up and once down.
    const { sim, meter, hosts, boot } = room({ network: { access: { up: 8e6, down: 8e6, queue: SECOND } } });
    boot(0);
    const listener = boot(1);
    hosts[0].send(1, { text: 'x'.repeat(972) });
    sim.run();
    expect(listener.heard[0].at).toBe(PATH + 2 * MILLISECOND);
    expect(meter.count('bytes')).toBe(1000);
    expect(meter.count('sent')).toBe(1);
    expect(meter.count('delivered')).toBe(1);
  });

  test('to its own host goes round the node and not over the network', () => {
    const { sim, hosts, boot } = room({ network: { access: { up: 8, down: 8, queue: 0 }, jitter: SECOND } });
    const listener = boot(0);
    hosts[0].send(0, { text: 'self' });
    sim.run();
    expect(texts(listener)).toEqual(['self']);
    expect(listener.heard[0].at).toBeLessThan(MILLISECOND);
  });

  test('too many for a cap wait for it, and then are dropped by it', () => {
    // 100 bytes each with their header, 1 ms a message: one at once, two that wait, the others would wait too long.
    const { sim, meter, hosts, boot } = room({ cap: { uplink: 800e3, burst: 100, queue: 2 * MILLISECOND } });
    boot(0);
    const listener = boot(1);
    for (let n = 0; n < 5; n++) hosts[0].send(1, { text: `${n}`.padEnd(72) });
    sim.run();
    expect(listener.heard.map(({ at }) => at - PATH)).toEqual([0, MILLISECOND, 2 * MILLISECOND]);
    expect(texts(listener).map(Number)).toEqual([0, 1, 2]);
    expect(meter.count('dropped.cap')).toBe(2);
  });
});

describe('a crash', () => {
  test('voids the timers that were set before, even where the host is back when they are due', () => {
    const { sim, hosts, boot } = room();
    const ran: string[] = [];
    boot(0);
    boot(1);
    hosts[0].after(10, () => ran.push('before the crash'));
    hosts[0].after(30, () => ran.push('of the first life'));
    hosts[1].after(30, () => ran.push('of another host'));
    sim.run(20);
    hosts[0].crash();
    boot(0);
    hosts[0].after(5, () => ran.push('of the second life'));
    sim.run();
    expect(ran).toEqual(['before the crash', 'of the second life', 'of another host']);
  });

  test('makes what then arrives vanish', () => {
    const { sim, meter, hosts, boot } = room();
    boot(0);
    const listener = boot(1);
    hosts[0].send(1, { text: 'lost' });
    sim.run(PATH / 2);
    hosts[1].crash();
    sim.run();
    expect(listener.heard).toEqual([]);
    expect(meter.count('dropped.down')).toBe(1);
  });

  test('does not call back what is on the wire', () => {
    const { sim, hosts, boot } = room();
    boot(0);
    const listener = boot(1);
    hosts[0].send(1, { text: 'last words' });
    sim.run(1);
    hosts[0].crash();
    sim.run();
    expect(texts(listener)).toEqual(['last words']);
  });

  test.each([false, true])('takes with it what waited for the cap; restarted at once: %s', restarted => {
    const { sim, meter, hosts, boot } = room({ cap: { uplink: 800e3, burst: 100, queue: SECOND } });
    boot(0);
    const listener = boot(1);
    for (let n = 0; n < 3; n++) hosts[0].send(1, { text: `${n}`.padEnd(72) });
    sim.run(MILLISECOND / 2);
    hosts[0].crash();
    if (restarted) boot(0);
    sim.run();
    expect(texts(listener).map(Number)).toEqual([0]);
    expect(meter.count('dropped.down')).toBe(2);
  });

  test('of one that is down does nothing', () => {
    const { hosts, boot } = room();
    hosts[0].crash();
    const listener = boot(0);
    expect(listener.starts).toBe(1);
    hosts[0].crash();
    hosts[0].crash();
    const again = boot(0);
    let ran = false;
    hosts[0].after(0, () => (ran = true));
    expect(again.starts).toBe(1);
    expect(ran).toBe(false);
  });
});

describe('a restart', () => {
  test('begins with a new instance, which hears what is still on its way to the address', () => {
    const { sim, hosts, boot } = room();
    boot(0);
    const first = boot(1);
    hosts[0].send(1, { text: 'one' });
    sim.run(PATH);
    hosts[0].send(1, { text: 'two' });
    sim.run(PATH + 1);
    hosts[1].crash();
    const second = boot(1);
    sim.run();
    expect(texts(first)).toEqual(['one']);
    expect(texts(second)).toEqual(['two']);
    expect([first.starts, second.starts]).toEqual([1, 1]);
  });

  test('without a crash ends the life before, too', () => {
    const { sim, hosts, boot } = room();
    const first = boot(0);
    let ran = false;
    hosts[0].after(10, () => (ran = true));
    const second = boot(0);
    hosts[0].send(0, { text: 'self' });
    sim.run();
    expect(ran).toBe(false);
    expect(first.heard).toEqual([]);
    expect(texts(second)).toEqual(['self']);
  });
});

describe('a timer', () => {
  test('runs once, at its time, in the order of times and then of setting', () => {
    const { sim, hosts, boot } = room();
    const ran: [string, number][] = [];
    const note = (name: string) => () => ran.push([name, hosts[0].now()]);
    boot(0);
    boot(1);
    hosts[0].after(20, note('c'));
    hosts[1].after(5.4, note('a'));
    hosts[0].after(20, note('d'));
    hosts[0].after(5.6, note('b'));
    const cancelled = hosts[0].after(7, note('cancelled'));
    hosts[1].after(6, () => cancelled.cancel());
    sim.run();
    cancelled.cancel();
    expect(ran).toEqual([
      ['a', 5],
      ['b', 6],
      ['c', 20],
      ['d', 20],
    ]);
  });

  test('of a time that is past is refused', () => {
    const { hosts, boot } = room();
    boot(0);
    expect(() => hosts[0].after(-1, () => {})).toThrow(
      "event 'timer' at -1 ns lies before the present, 0 ns",
    );
  });
});

describe('random numbers', () => {
  const draws = ({ hosts }: ReturnType<typeof room>, name: string, beside: number): number[] => {
    const host = hosts.find(candidate => candidate.name === name)!;
    return Array.from({ length: 100 }, () => {
      for (const other of hosts) if (other !== host) for (let more = 0; more < beside; more++) other.random();
      return host.random();
    });
  };

  test('of a host follow from the seed and its name, whatever other hosts there are and draw', () => {
    const alone = draws(room({ names: ['b'] }), 'b', 0);
    expect(draws(room({ names: ['a', 'b', 'c'] }), 'b', 3)).toEqual(alone);
    expect(draws(room({ names: ['z', 'y', 'x', 'w', 'b'] }), 'b', 1)).toEqual(alone);
    expect(draws(room({ names: ['b'], seed: 'other' }), 'b', 0)).not.toEqual(alone);
    expect(draws(room({ names: ['a', 'b'] }), 'a', 0)).not.toEqual(alone);
  });

  test('go on where they were after a restart', () => {
    const { hosts, boot } = room();
    const before = [hosts[0].random(), hosts[0].random()];
    boot(0);
    hosts[0].crash();
    boot(0);
    expect(before).not.toContain(hosts[0].random());
  });
});

describe('whatever happens', () => {
  const KINDS = ['send', 'send', 'send', 'send', 'crash', 'boot', 'cut', 'heal'] as const;
  const step = fc.record({
    pause: fc.nat(2 * MILLISECOND),
    kind: fc.constantFrom(...KINDS),
    from: fc.nat(2),
    to: fc.nat(2),
    bytes: fc.integer({ min: 1, max: 1400 }),
    messages: fc.constantFrom(1, 1, 2, 20),
  });

  test('every message, and every copy, is delivered or dropped for one reason, and arrives in a life of its receiver', () => {
    const reasons = new Set<string>();
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { minLength: 1, maxLength: 150 }), (seed, steps) => {
        const { sim, network, meter, hosts, boot } = room({
          seed: `${seed}`,
          network: {
            access: { up: 20e6, down: 5e6, queue: 2 * MILLISECOND },
            jitter: MILLISECOND,
            loss: { rate: 0.1, burst: 2 },
            duplicate: 0.1,
            corrupt: 0.1,
          },
          cap: { uplink: 10e6, burst: 10_000, queue: 3 * MILLISECOND },
        });
        const grouping = apart(Int16Array.of(0, 0, 1));
        const up = new Set([0, 1, 2]);
        const lives = [boot(0), boot(1), boot(2)];
        for (const { pause, kind, from, to, bytes, messages } of steps) {
          sim.run(sim.now + pause);
          if (kind === 'send' && up.has(from)) {
            for (let n = 0; n < messages; n++) hosts[from].send(to, { text: 'x'.repeat(bytes) });
          }
          if (kind === 'crash') {
            hosts[from].crash();
            up.delete(from);
          }
          if (kind === 'boot') {
            lives.push(boot(from));
            up.add(from);
          }
          if (kind === 'cut') network.cuts.add(grouping);
          if (kind === 'heal') network.cuts.remove(grouping);
        }
        sim.run();
        const dropped = DROP_REASONS.map(reason => meter.count(`dropped.${reason}`));
        const delivered = lives.reduce((sum, { heard }) => sum + heard.length, 0);
        expect(meter.count('delivered')).toBe(delivered);
        const ended = delivered + dropped.reduce((sum, count) => sum + count, 0);
        expect(ended).toBe(meter.count('sent') + meter.count('duplicated'));
        for (const [index, count] of dropped.entries()) if (count > 0) reasons.add(DROP_REASONS[index]);
      }),
      { numRuns: 300, seed: 1 },
    );
    // Sites have neither links nor gates here.
    const elsewhere: readonly string[] = ['site', 'filtered'];
    expect(reasons).toEqual(new Set(DROP_REASONS.filter(reason => !elsewhere.includes(reason))));
  });

  test('a path without jitter keeps the order of sending', () => {
    const random = stream('order');
    const { sim, hosts, boot } = room({
      network: { access: { up: 10e6, down: 10e6, queue: SECOND } },
      cap: { uplink: 8e6, burst: 2000, queue: SECOND },
    });
    boot(0);
    const listener = boot(1);
    for (let n = 0; n < 300; n++) {
      sim.run(sim.now + Math.round(random.exponential(MILLISECOND)));
      hosts[0].send(1, { text: `${n}`.padEnd(1 + random.integer(1400)) });
    }
    sim.run();
    const order = texts(listener).map(Number);
    expect(order.length).toBeGreaterThan(250);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});
