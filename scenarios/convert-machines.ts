// Machines of a checked document, and what slices ask of them, in base units.
import { osProfiles } from '../models/node/profiles.ts';
import {
  type CpuDemandSpec,
  type DemandSpec,
  type GrowthSpec,
  type MachineClaim,
  type MachinesSpec,
  type OsProfile,
  usualClaim,
} from '../models/node/spec.ts';
import { fraction, given, size, sizeLaw, time, timeLaw } from './checked.ts';
import type { DemandDocument, MachinesDocument } from './machines-schema.ts';

function profileOf({ os, profile }: MachinesDocument): OsProfile {
  const { start, memory, image, allotment, packet, overhead, leak } = profile;
  return {
    ...osProfiles[os],
    ...given('start', start, time),
    ...given('memory', memory, size),
    ...given('image', image, size),
    ...given('allotment', allotment, size),
    ...given('packet', packet, time),
    ...given('overhead', overhead, fraction),
    ...given('leak', leak, fraction),
  };
}

export function machinesOf(machines: MachinesDocument): MachinesSpec {
  const { cores, sharing, memory, swap, disk, work } = machines;
  return {
    cores,
    sharing,
    memory: size(memory),
    swap: size(swap),
    disk: {
      size: size(disk.size),
      rate: size(disk.rate),
      ...given('failure', disk.failure, timeLaw),
      repair: timeLaw(disk.repair),
    },
    profile: profileOf(machines),
    work: time(work),
  };
}

type CpuDocument = NonNullable<DemandDocument['cpu']>;

function cpuOf(cpu: CpuDocument): CpuDemandSpec {
  if ('like' in cpu) return { kind: cpu.like, every: time(cpu.every) };
  if ('trace' in cpu) return { kind: 'trace', trace: cpu.trace, every: time(cpu.every) };
  if ('onOff' in cpu) {
    const { cores, on, off } = cpu.onOff;
    return { kind: 'on-off', cores, on: timeLaw(on), off: timeLaw(off) };
  }
  if ('diurnal' in cpu) {
    const { cores, swing, peak, every } = cpu.diurnal;
    return { kind: 'diurnal', cores, swing: fraction(swing), peak: time(peak), every: time(every) };
  }
  if ('crowd' in cpu) {
    const { cores, times, at, rise, hold, decay, every } = cpu.crowd;
    const phases = { at: time(at), rise: time(rise), hold: time(hold), decay: time(decay) };
    return { kind: 'crowd', cores, times, ...phases, every: time(every) };
  }
  return { kind: 'constant', cores: cpu.cores };
}

const growthOf = ({ level, hourly }: NonNullable<DemandDocument['memory']>): GrowthSpec => ({
  level: sizeLaw(level),
  growth: size(hourly) / 3600,
});

export const demandOf = ({ cpu, jobs, memory, disk }: DemandDocument): DemandSpec => ({
  ...given('cpu', cpu, cpuOf),
  ...given('jobs', jobs, ({ every, work, read }) => ({
    every: timeLaw(every),
    work: timeLaw(work),
    ...given('read', read, sizeLaw),
  })),
  ...given('memory', memory, growthOf),
  ...given('disk', disk, growthOf),
});

/** What a slice claims of machines; undefined where it says nothing of it. */
export function claimOf(caps: {
  cpuShare?: number;
  cpuReserve?: number;
  disk?: string | number;
}): MachineClaim | undefined {
  const { cpuShare, cpuReserve, disk } = caps;
  if (cpuShare === undefined && cpuReserve === undefined && disk === undefined) return undefined;
  return {
    share: cpuShare ?? usualClaim.share,
    reserve: cpuReserve ?? usualClaim.reserve,
    disk: disk === undefined ? usualClaim.disk : size(disk),
  };
}
