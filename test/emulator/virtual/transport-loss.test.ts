// Simulated TCP under random loss, against the formulas for it.
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../sim/time.ts';
import { interval99 } from '../../statistics.ts';
import { bytes, laboratory, pair, pour } from './transport-lab.ts';

const ROUND_TRIP = 0.1;
const SEGMENT = 1460;
/** Two segments are acknowledged at a time. */
const B = 2;

/** Segments a second: Mathis, Semke, Mahdavi and Ott, ACM CCR 27(3), 1997. */
function mathis(loss: number): number {
  return (1 / ROUND_TRIP) * Math.sqrt(3 / (2 * B * loss));
}

/**
 * Segments a second with timeouts that begin with `timeout` seconds: Padhye, Firoiu, Towsley and Kurose, SIGCOMM 1998,
 * equation 32 for a window that is not limited.
 */
function pftk(loss: number, timeout: number): number {
  const passes = 1 - loss;
  const part = (2 + B) / (3 * B);
  const window = part + Math.sqrt((8 * passes) / (3 * B * loss) + part ** 2);
  const byTimeout =
    ((1 - passes ** 3) * (1 + passes ** 3 * (1 - passes ** (window - 3)))) / (1 - passes ** window);
  const ofTimeouts = Math.min(1, byTimeout) / passes;
  const backedOff = [1, 1, 2, 4, 8, 16, 32].reduce((sum, times, power) => sum + times * loss ** power, 0);
  const sent = passes / loss + window + ofTimeouts;
  return sent / (ROUND_TRIP * ((B / 2) * window + 1) + ofTimeouts * timeout * backedOff);
}

/** The timeout of this stack on a path without jitter: the round trip and 200 ms. */
const TIMEOUT = ROUND_TRIP + 0.2;

/**
 * Segments a second that arrive in order, from the 30th second on, in replications of a bulk transfer: 100 ms round trip,
 * unlimited links, each packet lost with the same probability (an acknowledgment that is lost matters little, since the next
 * tells the same), delayed acknowledgments, no limit by a window.
 */
function measured(loss: number, seconds: number): number[] {
  return Array.from({ length: 8 }, (_, replication) => {
    const lab = laboratory({ seed: `${loss}-${replication}`, loss: { rate: loss, burst: 1 } });
    const { server, client } = pair(lab);
    client.onConnected = () => pour(client.socket, bytes(1e12));
    lab.sim.run(30 * SECOND);
    const before = server.children[0].received;
    lab.sim.run((30 + seconds) * SECOND);
    return (server.children[0].received - before) / SEGMENT / seconds;
  });
}

test('the formulas give the figures that they are known by', () => {
  expect([1e-4, 1e-3, 0.01, 0.02, 0.05].map(loss => Number(mathis(loss).toPrecision(3)))).toEqual([
    866, 274, 86.6, 61.2, 38.7,
  ]);
  expect([1e-4, 1e-3, 0.01, 0.02, 0.05].map(loss => Number(pftk(loss, 1).toPrecision(3)))).toEqual([
    862, 266, 69.5, 41.7, 18.6,
  ]);
});

describe('throughput at random loss', () => {
  test.each([
    { loss: 0.001, seconds: 200 },
    { loss: 0.01, seconds: 400 },
  ])('is within 15 % of Mathis at a loss of $loss', ({ loss, seconds }) => {
    const { low, high } = interval99(measured(loss, seconds));
    expect(low).toBeGreaterThan(0.85 * mathis(loss));
    expect(high).toBeLessThan(1.15 * mathis(loss));
  });

  test.each([
    { loss: 0.02, seconds: 400 },
    { loss: 0.05, seconds: 400 },
  ])('is within 15 % of PFTK at a loss of $loss', ({ loss, seconds }) => {
    const { low, high } = interval99(measured(loss, seconds));
    expect(low).toBeGreaterThan(0.85 * pftk(loss, TIMEOUT));
    expect(high).toBeLessThan(1.15 * pftk(loss, TIMEOUT));
  });
});
