// The environment of a program: little, and the same on every machine.
import type { HostPlan } from '../../host-plan.ts';
import { DEFAULT_PATH } from './executable.ts';
import type { ProgramPlan } from './plan.ts';

export function environmentOf(
  { env, directory }: Pick<ProgramPlan, 'env' | 'directory'>,
  { hostname }: HostPlan,
): Record<string, string> {
  return { PATH: DEFAULT_PATH, HOME: directory, HOSTNAME: hostname, LANG: 'C.UTF-8', ...env };
}
