// Admission: which slivers a node takes in, slice by slice, by what is reserved and set aside for them.
import { TestbedError } from '../error.ts';
import type { SliceSpec } from '../slice/spec.ts';
import { type MachinesSpec, usualClaim } from './spec.ts';

/** For want of what a sliver is not taken in. */
export type Lack = 'cpu' | 'memory' | 'disk';

/** What is set aside for a sliver. */
interface Needs {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
}

interface Placed {
  readonly spec: SliceSpec;
  readonly nodes: readonly number[];
}

/**
 * Where CPU is shared nobody is refused for want of it, so that all reserves must fit.
 * @param names of the nodes
 * @throws {TestbedError} at the slice whose reserve is, on some node, the one too many
 */
export function checkCpuReserves(
  spec: MachinesSpec | undefined,
  slices: readonly Placed[],
  names: readonly string[],
): void {
  if (spec?.sharing !== 'shares') return;
  const whole = wholeOf(spec).cpu;
  const reserved = new Float64Array(names.length);
  for (const { spec: slice, nodes } of slices) {
    const { reserve } = slice.claim ?? usualClaim;
    for (const node of reserve > 0 ? nodes : []) {
      reserved[node] += reserve;
      if (reserved[node] <= whole * (1 + SLACK)) continue;
      throw new TestbedError(
        ['slices', slice.name, 'caps', 'cpuReserve'],
        `${figure(reserved[node])} cores reserved on the node ${names[node]}`,
        `at most ${figure(whole)} in all: what a node's ${spec.cores} cores do, less what its system takes`,
      );
    }
  }
}

/**
 * Takes slivers in, in the order of the slices, as long as there is room.
 * @param nodes how many
 * @param diskOf bytes that a sliver takes of its node's disk from the start
 * @returns by sliver, for want of what it is refused; undefined: it is taken in
 */
export function admit(
  spec: MachinesSpec,
  nodes: number,
  { specs, nodeOf }: { readonly specs: readonly SliceSpec[]; readonly nodeOf: readonly number[] },
  diskOf: (host: number) => number,
): (Lack | undefined)[] {
  const { profile } = spec;
  const whole = wholeOf(spec);
  const taken = Array.from({ length: nodes }, () => ({ cpu: 0, memory: 0, disk: 0 }));
  return specs.map(({ share, claim = usualClaim }, host) => {
    const needs = {
      cpu: claim.reserve,
      memory: profile.allotment === undefined ? profile.memory : allotmentOf(profile.allotment, share.memory),
      disk: diskOf(host),
    };
    const own = taken[nodeOf[host]];
    const lack = lackOf(whole, own, needs);
    if (lack === undefined) for (const key of KINDS) own[key] += needs[key];
    return lack;
  });
}

const wholeOf = ({ cores, profile, memory, disk }: MachinesSpec): Needs => ({
  cpu: cores * (1 - profile.overhead),
  memory,
  disk: disk.size,
});

/** A slice that may use so much memory has it set aside, where memory is set aside. */
export const allotmentOf = (usual: number, cap: number): number => (cap === Infinity ? usual : cap);

const KINDS = ['cpu', 'memory', 'disk'] as const;

/** Sums of tenths are not exact. */
const SLACK = 1e-9;

const lackOf = (whole: Needs, taken: Needs, needs: Needs): Lack | undefined =>
  KINDS.find(key => needs[key] > 0 && taken[key] + needs[key] > whole[key] * (1 + SLACK));

const figure = (value: number): string => String(Number(value.toPrecision(6)));
