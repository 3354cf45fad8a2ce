// The tables of docs/protocols.md that say how protocols fare: measured again, by fewer runs, and told apart by nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { estimate } from '../../results/replications.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { SwimGroup } from '../protocols/swim-group.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/protocols.md'), 'utf8');

interface Figure {
  readonly mean: number;
  readonly halfWidth: number;
}

/** `30 +- 4`, or `0 seen`. */
function figure(text: string): Figure {
  const [mean, halfWidth = '0'] = text.replace(' seen', '').split(' +- ');
  return { mean: Number(mean), halfWidth: Number(halfWidth) };
}

const MEMBERS = 30;
const RUNS = 8;
const SECONDS = 200;

function groups(loss: number, suspicion: string): SwimGroup[] {
  return Array.from({ length: RUNS }, (_, index) => {
    const group = new SwimGroup(`table ${index}`, { latency: 50 * MILLISECOND, loss }, { suspicion });
    group.assemble(MEMBERS);
    group.network.run(SECONDS * SECOND);
    return group;
  });
}

/** Times that a living member was believed dead, a member and hour. */
function falseDeaths(loss: number, suspicion: string): Figure {
  const hours = (MEMBERS * SECONDS) / 3600;
  const counts = groups(loss, suspicion).map(({ network }) => network.meter.count('refuted.dead') / hours);
  const { mean, halfWidth99 } = estimate(counts);
  return { mean, halfWidth: halfWidth99 };
}

describe("SWIM's false positives under loss", () => {
  const cells = [...page.matchAll(/^\| (\d+) % +\| ([\d.]+) % +\| ([\d.]+ \+- [\d.]+) +\| (.*?) +\|$/gm)];
  const rows = cells.map(([, loss, failed, off, on]) => ({ loss, failed, off, on }));

  test('are told for five losses', () => expect(rows.length).toBe(5));

  test.each(rows)('at $loss % are as in its row', ({ loss, failed, off, on }) => {
    const q = 1 - Number(loss) / 100;
    const digits = failed.replace(/^[0.]+|\./g, '').length;
    const probesFailed = 100 * (1 - q ** 2) * (1 - q ** 4) ** 3;
    expect(Number(probesFailed.toPrecision(digits))).toBe(Number(failed));
    for (const [suspicion, text] of Object.entries({ off, on })) {
      const said = figure(text);
      const seen = falseDeaths(1 - q, suspicion);
      // The 99 % interval of the difference of two independent means.
      const apart = Math.hypot(seen.halfWidth, said.halfWidth);
      expect(Math.abs(seen.mean - said.mean), `suspicion ${suspicion}`).toBeLessThanOrEqual(apart);
    }
  });
});
