// Retransmission timeouts: the arithmetic of RFC 6298, Karn's rule, and what learning them is good for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address, Host, Protocol } from '../../protocols/port.ts';
import { Rpc } from '../../protocols/rpc.ts';
import { AdaptiveRto, MAXIMUM_RTO, MINIMUM_RTO, REMEMBERED_PEERS } from '../../protocols/rto.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

type Message = { type: 'ask' | 'answer'; rpc: number };

/** Answers what it is asked; asks, and notes when each call ended and with what. */
class Peer implements Protocol<Message> {
  readonly rpc: Rpc<Message, Message>;
  readonly ends: { answered: boolean; rtt: number | undefined; after: number }[] = [];
  private readonly host: Host<Message>;

  constructor(host: Host<Message>) {
    this.host = host;
    this.rpc = new Rpc<Message, Message>(host, { timeout: SECOND, attempts: 4, rto: 'adaptive' });
  }

  start(): void {}
  stop(): void {
    this.rpc.clear();
  }

  ask(to: Address): void {
    const started = this.host.now();
    this.rpc.call(to, { type: 'ask', rpc: this.rpc.number() }, (reply, rtt) =>
      this.ends.push({ answered: reply !== undefined, rtt, after: this.host.now() - started }),
    );
  }

  receive(from: Address, message: Message): void {
    if (message.type === 'answer') this.rpc.settle(from, message);
    else this.host.send(from, { type: 'answer', rpc: message.rpc });
  }
}

function pair(conditions: Conditions, seed = 'rto') {
  const network = new TestNetwork<Message>(seed, conditions);
  const make = (host: Host<Message>) => new Peer(host);
  return { network, a: network.add('a', make), b: network.add('b', make) };
}

describe('the estimate', () => {
  test('is that of RFC 6298: first R and R/2, then the two averages', () => {
    const rto = new AdaptiveRto(SECOND);
    expect(rto.of('x')).toBe(SECOND);
    rto.answered('x', 400 * MILLISECOND);
    // SRTT 400, RTTVAR 200.
    expect(rto.of('x')).toBe(1200 * MILLISECOND);
    rto.answered('x', 480 * MILLISECOND);
    // RTTVAR 3/4 * 200 + 1/4 * 80 = 170, SRTT 7/8 * 400 + 1/8 * 480 = 410.
    expect(rto.srtt('x')).toBe(410 * MILLISECOND);
    expect(rto.of('x')).toBe(1090 * MILLISECOND);
    expect(rto.of('y')).toBe(SECOND);
  });

  test('of a steady round trip falls to it, but not below the least', () => {
    const rto = new AdaptiveRto(SECOND);
    for (let i = 0; i < 100; i++) {
      rto.answered('far', 500 * MILLISECOND);
      rto.answered('near', 5 * MILLISECOND);
    }
    expect(rto.of('far')).toBe(501 * MILLISECOND);
    expect(rto.of('near')).toBe(MINIMUM_RTO);
  });

  test('doubles at each timeout, once for requests that were out together, and is learnt anew', () => {
    const rto = new AdaptiveRto(SECOND);
    rto.timedOut('x', SECOND);
    rto.timedOut('x', SECOND);
    expect(rto.of('x')).toBe(2 * SECOND);
    for (let i = 0; i < 20; i++) rto.timedOut('x', rto.of('x'));
    expect(rto.of('x')).toBe(MAXIMUM_RTO);
    rto.answered('x', 100 * MILLISECOND);
    expect(rto.of('x')).toBe(300 * MILLISECOND);
  });

  test('is kept for the peers heard last, and never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(10_000), fc.boolean())), events => {
        const rto = new AdaptiveRto(SECOND);
        const order: number[] = [];
        for (const [peer, millis, answered] of events) {
          if (answered) rto.answered(peer, millis * MILLISECOND);
          else rto.timedOut(peer, rto.of(peer));
          if (order.includes(peer)) order.splice(order.indexOf(peer), 1);
          order.push(peer);
          expect(rto.of(peer)).toBeGreaterThanOrEqual(MINIMUM_RTO);
          expect(rto.of(peer)).toBeLessThanOrEqual(MAXIMUM_RTO);
        }
        for (const peer of order.slice(0, -REMEMBERED_PEERS)) expect(rto.srtt(peer)).toBeUndefined();
      }),
    );
  });
});

describe('calls with an adaptive timeout', () => {
  test('tell the round trip, but of a request sent twice they do not (Karn)', () => {
    const { network, a } = pair({ latency: 700 * MILLISECOND });
    a.ask('b');
    network.run(10 * SECOND);
    expect(a.ends).toEqual([{ answered: true, rtt: undefined, after: 1400 * MILLISECOND }]);
    // The timeout stays doubled, so that the next request is measured.
    a.ask('b');
    network.run(10 * SECOND);
    expect(a.ends[1]).toEqual({ answered: true, rtt: 1400 * MILLISECOND, after: 1400 * MILLISECOND });
  });

  test('notice a loss after about a round trip, once the peer is known', () => {
    const { network, a } = pair({ latency: 50 * MILLISECOND });
    for (let i = 0; i < 30; i++) {
      a.ask('b');
      network.run(SECOND);
    }
    network.passes = () => false;
    a.ask('b');
    network.run(100 * MILLISECOND);
    network.passes = () => true;
    network.run(SECOND);
    expect(a.ends[30].after).toBe(MINIMUM_RTO + 100 * MILLISECOND);
  });

  test('to a near and a far peer are given up in the order of their timeouts', () => {
    const { network, a } = pair({
      latency: (_, from, to) => (from === 'c' || to === 'c' ? 400 : 10) * MILLISECOND,
    });
    network.add('c', host => new Peer(host));
    for (let i = 0; i < 30; i++) {
      a.ask('b');
      a.ask('c');
      network.run(2 * SECOND);
    }
    a.ends.length = 0;
    network.passes = () => false;
    a.ask('c');
    a.ask('b');
    network.run(60 * SECOND);
    // The sum of four timeouts, each twice the one before.
    expect(a.ends.map(end => end.after)).toEqual([15 * MINIMUM_RTO, 15 * 801 * MILLISECOND]);
    expect(network.clock.pending).toBe(0);
  });

  test('end once each, under any loss and delay, and leave nothing behind', () => {
    const loss = fc.double({ min: 0, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(fc.string(), loss, fc.nat(3000), (seed, lost, longest) => {
        const latency = (random: () => number) => Math.round(random() * longest) * MILLISECOND;
        const { network, a } = pair({ latency, loss: lost }, seed);
        for (let i = 0; i < 30; i++)
          network.clock.after(i * 300 * MILLISECOND, () => a.ask(i % 3 ? 'b' : 'nobody'));
        network.run(60 * 60 * SECOND);
        expect(a.ends.length).toBe(30);
        expect(a.rpc.pending).toBe(0);
        expect(network.clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
