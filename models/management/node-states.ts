// The states of nodes: what each is doing, and what the authority has on record for it.
import type { Nanoseconds } from '../../sim/time.ts';

/** What a node is doing. */
export const phases = {
  /** In run level boot: its slivers run. */
  up: 0,
  /** It does not answer. */
  down: 1,
  /** On its way up, with the disk that it has. */
  booting: 2,
  installing: 3,
  /** In run level failboot: something went wrong on its way up. It answers, and does nothing else. */
  failed: 4,
  /** In safeboot: an operator looks into it. */
  safe: 5,
  /** Taken out by its site. */
  disabled: 6,
} as const;

export type Phase = (typeof phases)[keyof typeof phases];

export const BOOT_STATES = ['boot', 'safeboot', 'reinstall', 'disabled', 'failboot'] as const;
export type BootState = (typeof BOOT_STATES)[number];

/** By node, flat. */
export class NodeStates {
  readonly phase: Uint8Array;
  /** Since when it is not up. */
  readonly since: Float64Array;
  /** It is to be installed anew when it next comes up. */
  readonly ordered: Uint8Array;
  /** Whose fault it is: it went down by itself, and not by a fault of the scenario. */
  readonly own: Uint8Array;

  constructor(count: number) {
    this.phase = new Uint8Array(count);
    this.since = new Float64Array(count);
    this.ordered = new Uint8Array(count);
    this.own = new Uint8Array(count);
  }

  isUp(node: number): boolean {
    return this.phase[node] === phases.up;
  }

  /** What the authority has on record: a node that does not answer is there as what it should be. */
  recorded(node: number): BootState {
    switch (this.phase[node]) {
      case phases.failed:
        return 'failboot';
      case phases.safe:
        return 'safeboot';
      case phases.disabled:
        return 'disabled';
      default:
        return this.ordered[node] ? 'reinstall' : 'boot';
    }
  }

  leaveUp(node: number, phase: Phase, own: boolean, now: Nanoseconds): void {
    this.phase[node] = phase;
    this.own[node] = Number(own);
    this.since[node] = now;
  }
}
