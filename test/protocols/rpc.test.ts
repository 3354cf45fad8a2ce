// Remote procedure calls: a call ends exactly once, whatever the network does to it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address, Host, Protocol } from '../../protocols/port.ts';
import { Rpc } from '../../protocols/rpc.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

type Question = { type: 'question'; rpc: number; value: number };
type Answer = { type: 'answer'; rpc: number; value: number };

/** Answers a question by its double. */
class Peer implements Protocol<Question | Answer> {
  readonly rpc: Rpc<Question, Answer>;
  readonly heard: number[] = [];
  readonly ends: (number | undefined)[] = [];
  readonly host: Host<Question | Answer>;

  constructor(host: Host<Question | Answer>) {
    this.host = host;
    this.rpc = new Rpc<Question, Answer>(host, { timeout: SECOND, attempts: 3 });
  }

  start(): void {}
  stop(): void {
    this.rpc.clear();
  }

  ask(to: Address, value: number): number {
    const rpc = this.rpc.number();
    this.rpc.call(to, { type: 'question', rpc, value }, reply => this.ends.push(reply?.value));
    return rpc;
  }

  receive(from: Address, message: Question | Answer): void {
    if (message.type === 'answer') {
      this.rpc.settle(from, message);
      return;
    }
    this.heard.push(message.value);
    this.host.send(from, { type: 'answer', rpc: message.rpc, value: message.value * 2 });
  }
}

function peers(conditions: Conditions, seed = 'rpc') {
  const network = new TestNetwork<Question | Answer>(seed, conditions);
  const make = (host: Host<Question | Answer>) => new Peer(host);
  return { network, a: network.add('a', make), b: network.add('b', make), c: network.add('c', make) };
}

describe('a call', () => {
  test('ends with the reply to its own request, though replies come out of order', () => {
    const { network, a } = peers({ latency: random => Math.round(random() * 400 * MILLISECOND) });
    const ends: [number, number | undefined][] = [];
    for (let value = 0; value < 100; value++) {
      a.rpc.call(value % 2 ? 'b' : 'c', { type: 'question', rpc: a.rpc.number(), value }, reply =>
        ends.push([value, reply?.value]),
      );
    }
    network.run(10 * SECOND);
    expect(ends.length).toBe(100);
    expect(ends.every(([value, reply]) => reply === value * 2)).toBe(true);
    expect(ends.map(([value]) => value)).not.toEqual(ends.map((_, i) => i));
  });

  test('is sent again at each timeout, and given up after the last', () => {
    const { network, a, b } = peers({ latency: MILLISECOND });
    network.passes = from => from !== 'b';
    a.ask('b', 7);
    network.run(3 * SECOND - 1);
    expect(a.ends).toEqual([]);
    network.run(1);
    expect(a.ends).toEqual([undefined]);
    expect(b.heard).toEqual([7, 7, 7]);
    expect(a.rpc.pending).toBe(0);
  });

  test('takes no reply that is late, or that comes twice', () => {
    const { network, a } = peers({ latency: 1800 * MILLISECOND });
    a.ask('b', 7);
    network.run(20 * SECOND);
    expect(a.ends).toEqual([undefined]);
    network.conditions = { latency: 700 * MILLISECOND };
    a.ask('b', 8);
    network.run(20 * SECOND);
    expect(a.ends).toEqual([undefined, 16]);
  });

  test('takes no reply from another address, or of an unknown number', () => {
    const { network, a } = peers({ latency: MILLISECOND });
    const rpc = a.ask('b', 7);
    expect(a.rpc.settle('c', { type: 'answer', rpc, value: 666 })).toBe(false);
    expect(a.rpc.settle('b', { type: 'answer', rpc: (rpc + 1) >>> 0, value: 666 })).toBe(false);
    network.run(SECOND);
    expect(a.ends).toEqual([14]);
  });

  test('is given up on time though another ends, and a third begins, meanwhile', () => {
    const { network, a } = peers({ latency: MILLISECOND, loss: 1 });
    const ends: [string, number][] = [];
    const call = (name: string, then = () => {}) =>
      a.rpc.call('b', { type: 'question', rpc: a.rpc.number(), value: 0 }, () => {
        ends.push([name, network.clock.now]);
        then();
      });
    call('first', () => call('third'));
    network.run(300 * MILLISECOND);
    call('second');
    network.run(10 * SECOND);
    expect(ends).toEqual([
      ['first', 3 * SECOND],
      ['second', 3.3 * SECOND],
      ['third', 6 * SECOND],
    ]);
  });

  test('is not told of after clear', () => {
    const { network, a } = peers({ latency: MILLISECOND });
    a.ask('b', 7);
    a.stop();
    network.run(10 * SECOND);
    expect(a.ends).toEqual([]);
    expect(network.clock.pending).toBe(0);
  });
});

test('under any loss and delay, every call ends once, rightly, and leaves nothing behind', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.nat(3000),
      (seed, loss, longest) => {
        const latency = (random: () => number) => Math.round(random() * longest) * MILLISECOND;
        const { network, a } = peers({ latency, loss }, seed);
        const ends: (number | undefined)[][] = Array.from({ length: 30 }, () => []);
        for (let value = 0; value < 30; value++) {
          const request: Question = { type: 'question', rpc: a.rpc.number(), value };
          a.rpc.call(value % 2 ? 'b' : 'c', request, reply => ends[value].push(reply?.value));
        }
        network.run(60 * SECOND);
        expect(a.rpc.pending).toBe(0);
        expect(network.clock.pending).toBe(0);
        for (const [value, end] of ends.entries()) {
          expect(end.length).toBe(1);
          expect([undefined, value * 2]).toContain(end[0]);
        }
      },
    ),
    { numRuns: 50 },
  );
});
