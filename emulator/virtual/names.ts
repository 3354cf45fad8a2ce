// The scenario's names: what each resolves to, and what each address is called.
import type { Nanoseconds } from '../../sim/time.ts';
import type { HostPlan } from '../host-plan.ts';
import type { Names } from './realm/machine.ts';
import type { Family } from './transport/stack.ts';

export class HostNames implements Names {
  readonly delay: Nanoseconds;
  private readonly byName = new Map<string, HostPlan>();
  private readonly byAddress = new Map<string, HostPlan>();

  /** @param delay how long an answer takes */
  constructor(plans: readonly HostPlan[], delay: Nanoseconds) {
    this.delay = delay;
    for (const plan of plans) {
      for (const name of [plan.hostname, ...plan.aliases]) this.byName.set(name.toLowerCase(), plan);
      for (const address of [plan.ipv4, plan.ipv6]) this.byAddress.set(address, plan);
    }
  }

  lookup(name: string, family: Family | undefined): readonly string[] {
    const plan = this.byName.get(name);
    if (plan === undefined) return [];
    const { ipv4, ipv6 } = plan;
    if (family === undefined) return [ipv4, ipv6];
    return family === 'IPv4' ? [ipv4] : [ipv6];
  }

  reverse(address: string): readonly string[] {
    const plan = this.byAddress.get(address);
    return plan === undefined ? [] : [plan.hostname, ...plan.aliases];
  }
}
