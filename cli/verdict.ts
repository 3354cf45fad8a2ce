// The verdict on an emulated run: what was measured of the machine against the scenario's limits, and what would help.
import type { Fidelity, FidelityCheck } from '../results/fidelity.ts';
import type { FidelitySpec } from '../scenarios/scenario.ts';

/** How a machine bore an emulated run. Times in nanoseconds, shares in [0, 1]. */
export interface Bearing {
  /** How late packets left against their due time; undefined where none left. */
  readonly lateness:
    | { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number }
    | undefined;
  /** Packets that entered the switch. */
  readonly packets: number;
  /** Packets dropped for lack of capacity, of these or before they could enter. */
  readonly dropped: number;
  /** Share of time for which the switch worked. */
  readonly utilisation: number;
  /** Share of time for which programs that could run waited for a processor: the median over programs. */
  readonly waiting: number;
  /** Share of processor time that the machine beneath took away. */
  readonly steal: number;
}

/** Judges a run. It is faithful where every check holds. */
export function judgeFidelity(bearing: Bearing, limits: FidelitySpec, hosts: number): Fidelity {
  const checks = checksOf(bearing, limits);
  const failed = checks.filter(({ ok }) => !ok);
  const { lateness } = bearing;
  const ms = (time: number | undefined) => (time === undefined ? null : time / 1e6);
  return {
    faithful: failed.length === 0,
    checks,
    lateness: {
      p50: ms(lateness?.p50),
      p99: ms(lateness?.p99),
      'p99.9': ms(lateness?.p999),
      max: ms(lateness?.max),
    },
    advice: failed.length === 0 ? [] : adviceOn(bearing, failed, hosts),
  };
}

function checksOf(
  { lateness, packets, dropped, utilisation, waiting, steal }: Bearing,
  limits: FidelitySpec,
): FidelityCheck[] {
  const check = (
    what: string,
    measured: number,
    limit: number,
    unit: 'ms' | 'ratio' = 'ratio',
  ): FidelityCheck => ({
    what,
    measured,
    limit,
    unit,
    ok: measured <= limit,
  });
  return [
    check('lateness p99', (lateness?.p99 ?? 0) / 1e6, limits.lateness / 1e6, 'ms'),
    check(
      'dropped for lack of capacity',
      packets + dropped === 0 ? 0 : dropped / (packets + dropped),
      limits.drops,
    ),
    check('switch busy', utilisation, limits.utilisation),
    check('programs waiting for a processor', waiting, limits.waiting),
    check('processor time taken by others', steal, limits.waiting),
  ];
}

/**
 * The share of the present load at which the failed checks would hold. Busy shares fall in proportion to the load.
 * Times of waiting grow as rho / (1 - rho) with the utilisation rho (M/G/1, Pollaczek-Khinchine), so that a wait must
 * fall to its limit.
 */
function bearableShare({ utilisation }: Bearing, failed: readonly FidelityCheck[]): number {
  const shares = failed.map(({ what, measured, limit }) => {
    if (what === 'switch busy') return limit / measured;
    const rho = Math.min(0.99, Math.max(utilisation, 0.05));
    const odds = (rho / (1 - rho)) * (limit / measured);
    return Math.max(0.01, odds / (1 + odds) / rho);
  });
  return Math.min(...shares);
}

function adviceOn(bearing: Bearing, failed: readonly FidelityCheck[], hosts: number): string[] {
  const share = bearableShare(bearing, failed);
  const percent = Math.max(1, Math.floor(100 * share));
  const fewer = Math.max(1, Math.floor(hosts * share));
  const advice = [
    `this machine bears some ${percent} % of the load: about ${fewer} of ${hosts} hosts, or ${percent} % of their traffic`,
  ];
  if (failed.some(({ what }) => what === 'processor time taken by others')) {
    advice.push('other guests of the machine beneath take processor time: run on a quieter one');
  }
  if (bearing.utilisation < 0.5 && failed.some(({ what }) => what.startsWith('programs'))) {
    advice.push(
      'the programs, not the switch, lack processors: run fewer of them, or give the machine more cores',
    );
  }
  return advice;
}
