// Node operating systems: what each makes of slivers. Sources, and what had to be chosen, stand in docs/machines.md.
import { MICROSECOND, MILLISECOND, type Nanoseconds, SECOND } from '../../sim/time.ts';
import type { OsProfile } from './spec.ts';

export type NodeOs = 'process' | 'vserver' | 'thin-vmm' | 'vm';

const megabytes = (figure: number): number => figure * 1e6;
const micro = (figure: number): Nanoseconds => figure * MICROSECOND;

export const osProfiles: Readonly<Record<NodeOs, OsProfile>> = {
  /** Programs side by side under one kernel that knows users, not slivers. */
  process: {
    start: 1 * MILLISECOND,
    memory: megabytes(1),
    image: 0,
    packet: 0,
    overhead: 0,
    leak: 1,
  },
  /** Linux-VServer, as on PlanetLab: one kernel that tells slivers apart. */
  vserver: {
    start: 10 * SECOND,
    memory: megabytes(5),
    image: megabytes(29),
    packet: 0,
    overhead: 0.01,
    leak: 0.05,
  },
  /** A small monitor with small guests: Denali, Xen with a minimal guest. */
  'thin-vmm': {
    start: 0.5 * SECOND,
    memory: megabytes(8),
    allotment: megabytes(32),
    image: megabytes(16),
    packet: micro(15),
    overhead: 0.03,
    leak: 0.017,
  },
  /** A whole operating system in each sliver, under full virtualisation. */
  vm: {
    start: 30 * SECOND,
    memory: megabytes(64),
    allotment: megabytes(128),
    image: megabytes(508),
    packet: micro(50),
    overhead: 0.1,
    leak: 0,
  },
};
