// Why nodes end in failboot: the stages on the way up, and the causes on record at each.
import type { RandomStream } from '../../sim/random.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../../sim/time.ts';

/**
 * The stages in order, and how long each takes; `download` is as long as the link makes it. The times are assumptions, the
 * order is that of PlanetLab's boot manager: check hardware, partition, install, configure, state=boot, validate, chain-boot.
 */
const STAGES = {
  check: 30 * SECOND,
  partition: MINUTE,
  download: 0,
  install: 4 * MINUTE,
  configure: 30 * SECOND,
  validate: MINUTE,
  'chain-boot': 2 * MINUTE,
} as const;

export type Stage = keyof typeof STAGES;

const ORDER = Object.keys(STAGES) as Stage[];

export interface Cause {
  readonly name: string;
  /** Signatures in the logs of PlanetLab's nodes. */
  readonly weight: number;
  readonly stage: Stage;
  /** To try again is in vain until somebody has mended it. */
  readonly lasting?: true;
}

/** The causes on record, by number of log signatures, each at the stage at which it shows. */
export const CAUSES: readonly Cause[] = [
  { name: 'no-disk', weight: 7, stage: 'check', lasting: true },
  { name: 'hardware', weight: 4, stage: 'check', lasting: true },
  { name: 'bad-disk', weight: 1, stage: 'check', lasting: true },
  { name: 'network', weight: 5, stage: 'download' },
  { name: 'dns', weight: 2, stage: 'download' },
  { name: 'reinstall', weight: 29, stage: 'install' },
  { name: 'retry', weight: 19, stage: 'install' },
  { name: 'configuration', weight: 10, stage: 'configure' },
  { name: 'keys', weight: 6, stage: 'configure' },
  { name: 'fsck', weight: 14, stage: 'validate' },
  { name: 'reboot', weight: 7, stage: 'chain-boot' },
  { name: 'reinstall-after-reboot', weight: 12, stage: 'chain-boot' },
];

const sumOf = (causes: readonly Cause[]) => causes.reduce((sum, { weight }) => sum + weight, 0);
const WHOLE = sumOf(CAUSES);

/** What a node goes through that installs, and one that only boots. */
export const WAYS: Readonly<Record<'install' | 'boot', readonly Stage[]>> = {
  install: ORDER,
  boot: ['validate', 'chain-boot'],
};

/**
 * Draws what goes wrong on a way up: an installation fails with probability `fails`, by a cause drawn by its weight; one that
 * only boots can meet the causes of its own stages alone, each as often as an installation does.
 * @returns undefined where nothing does
 */
export function drawCause(stages: readonly Stage[], fails: number, random: RandomStream): Cause | undefined {
  let left = (random.uniform() * WHOLE) / fails;
  for (const cause of CAUSES) {
    if (!stages.includes(cause.stage)) continue;
    left -= cause.weight;
    if (left < 0) return cause;
  }
  return undefined;
}

/** How long the stages of a way take from the end of one (or the beginning) to the end of another, but for the download. */
export function spanOf(stages: readonly Stage[], after: Stage | undefined, last: Stage): Nanoseconds {
  const from = after === undefined ? 0 : stages.indexOf(after) + 1;
  return stages.slice(from, stages.indexOf(last) + 1).reduce((sum, stage) => sum + STAGES[stage], 0);
}
