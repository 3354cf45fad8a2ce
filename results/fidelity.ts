// Fidelity: how well a machine kept up with an emulated run, and whether its results count.

/** One thing that was measured against a limit. Shares are in [0, 1], times in milliseconds. */
export interface FidelityCheck {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: 'ms' | 'ratio';
  readonly ok: boolean;
}

/** What summary.json says of an emulated run's fidelity. */
export interface Fidelity {
  readonly faithful: boolean;
  readonly checks: readonly FidelityCheck[];
  /** How late packets left, against the time that the model gave, in milliseconds; null where none left. */
  readonly lateness: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly 'p99.9': number | null;
    readonly max: number | null;
  };
  /** What would make the run faithful; empty where it is. */
  readonly advice: readonly string[];
}
