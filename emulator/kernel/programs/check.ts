// Finds what cannot run before anything has been started, and says what a run's programs will need.
import type { HostPlan } from '../../host-plan.ts';
import type { Needs } from '../limits.ts';
import { LEAST_CPU } from './control-groups.ts';
import { DEFAULT_PATH, findExecutable } from './executable.ts';
import { sharedProcesses } from './packed-launcher.ts';
import type { CommandPlan, ProgramPlan } from './plan.ts';
import { ProgramError } from './program-error.ts';
import { rawSocketsProblem } from './raw-sockets.ts';

/** @throws {ProgramError} for the first program that cannot be started */
export function checkPrograms(plans: readonly ProgramPlan[], hosts: readonly HostPlan[]): void {
  // A slice's programs differ in their arguments mostly: each file is looked for once.
  const found = new Map<string, string | undefined>();
  for (const plan of plans) {
    if (plan.kind === 'packed') continue;
    const key = `${plan.env.PATH ?? ''}\n${plan.argv[0]}`;
    if (!found.has(key)) found.set(key, problemOf(plan));
    const problem =
      found.get(key) ?? shareProblem(plan) ?? (plan.raw === false ? rawSocketsProblem() : undefined);
    if (problem !== undefined) throw new ProgramError(plan.slice, hosts[plan.host].name, problem);
  }
}

function problemOf({ argv, env }: CommandPlan): string | undefined {
  const executable = findExecutable(argv[0], env.PATH ?? DEFAULT_PATH);
  return 'problem' in executable ? executable.problem : undefined;
}

function shareProblem({ share }: CommandPlan): string | undefined {
  if (share.cpu >= LEAST_CPU) return undefined;
  return `a share of ${share.cpu} cores is less than the kernel can hold it to, ${LEAST_CPU}`;
}

/** Descriptors and processes that programs take, beside those of their hosts. */
export function programNeeds(plans: readonly ProgramPlan[]): Required<Needs> {
  const commands = plans.filter(({ kind }) => kind === 'command').length;
  const packed = sharedProcesses(plans);
  // Each host's output, read at one or both of its ends; pipes to what keeps the run; threads of Node.js.
  return { descriptors: 2 * plans.length + 8 * packed + 32, processes: commands + 12 * packed + 2 };
}
