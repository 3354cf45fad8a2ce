// Whether a program is ready.
import { formatDuration, type Nanoseconds } from '../../../sim/time.ts';
import type { HostPlan } from '../../host-plan.ts';
import type { Readiness } from './plan.ts';
import type { HostSpace } from './process-launcher.ts';
import { connects, tcpSocket } from './syscalls.ts';

/** Time since a program's start, and what it has printed by then. */
export interface Progress {
  readonly up: Nanoseconds;
  /** A line with the text that is waited for has come. */
  readonly printed: boolean;
}

/** @param plan names and addresses of the host */
export function isReady(
  ready: Readiness,
  progress: Progress,
  host: number,
  plan: HostPlan,
  space: HostSpace,
): boolean {
  switch (ready.kind) {
    case 'started':
      return true;
    case 'time':
      return progress.up >= ready.time;
    case 'line':
      return progress.printed;
    case 'port':
      return answers(plan, host, ready.port, space);
  }
}

/** How long it may take; `Infinity` where it comes by itself. */
export function limitOf(ready: Readiness): Nanoseconds {
  return ready.kind === 'port' || ready.kind === 'line' ? ready.within : Infinity;
}

/** What has not come: words that follow `before`. */
export function describeReadiness(ready: Readiness): string {
  switch (ready.kind) {
    case 'started':
      return 'it started';
    case 'time':
      return `it was ready, after ${formatDuration(ready.time)}`;
    case 'line':
      return `it printed ${JSON.stringify(ready.line)}`;
    case 'port':
      return `its TCP port ${ready.port} answered`;
  }
}

/** Whether a TCP port of one of a host's addresses takes a connection from the host itself, which is closed again. */
function answers({ ipv4, ipv6 }: HostPlan, host: number, port: number, space: HostSpace): boolean {
  const addresses = space.ipv6 ? [ipv4, ipv6] : [ipv4];
  return addresses.some(ip =>
    connects(
      space.inside(host, () => tcpSocket(ip)),
      ip,
      port,
    ),
  );
}
