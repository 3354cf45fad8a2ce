// A run with programs as a process of its own, to be ended in every way that processes end. Prints what it made.
import { fstatSync } from 'node:fs';
import { join } from 'node:path';
import { planHosts } from '../../../emulator/host-plan.ts';
import { RunState } from '../../../emulator/kernel/control/run-state.ts';
import { ControlServer } from '../../../emulator/kernel/control/server.ts';
import { KernelHosts } from '../../../emulator/kernel/hosts.ts';
import { Janitor } from '../../../emulator/kernel/programs/janitor.ts';
import type { CommandPlan } from '../../../emulator/kernel/programs/plan.ts';
import { Programs } from '../../../emulator/kernel/programs/programs.ts';

/** What such a run has made. */
export interface Made {
  /** Numbers of the namespaces of its hosts and programs. */
  readonly namespaces: readonly number[];
  readonly socket: string;
  readonly name: string;
  readonly pid: number;
}

const [folder, mark, limited, ending] = process.argv.slice(2) as [string, string, string, string];

const janitor = new Janitor();
const plans = planHosts(['test@node0', 'test@node1']);
const hosts = new KernelHosts(plans);
const state = new RunState('test run', janitor);
const daemon =
  'echo hello; echo warning >&2; (setsid sh -c "trap \'\' TERM HUP INT; while :; do sleep 0.05; done" &); exec sleep 1000';
const programs = await Programs.make(
  plans.map(
    (plan, host): CommandPlan => ({
      kind: 'command',
      host,
      slice: 'test',
      after: [],
      argv: ['sh', '-c', daemon],
      env: { MARK: mark },
      ready: { kind: 'started' },
      restart: 'always',
      startAt: 0,
      share: { cpu: limited === 'limited' ? 0.5 : Infinity, memory: limited === 'limited' ? 1e8 : Infinity },
      directory: join(folder, plan.name),
      logs: join(folder, plan.name),
    }),
  ),
  { hosts: plans, space: hosts, janitor },
  {
    started: () => undefined,
    ready: () => undefined,
    json: () => undefined,
    exited: () => undefined,
    failed: error => {
      throw error;
    },
  },
);
const server = new ControlServer(state.socket, plans, {
  status: () => ({
    scenario: 'test run',
    pid: process.pid,
    startedAt: Date.now(),
    left: undefined,
    hosts: plans.length,
    directory: folder,
  }),
  hosts: () =>
    plans.map((plan, host) => ({
      ...plan,
      state: programs.state(host),
      pid: programs.pid(host),
      restarts: programs.restarts(host),
    })),
  enter: host => programs.entrance(host),
  logs: host => programs.logs(host)!,
  fault: text => {
    throw new Error(`no fault: ${text}`);
  },
  down: () => void leave(),
  capture: (host, frame) => {
    let time = 0;
    const bytes = Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2);
    const timer = setInterval(
      () => frame({ time: 1e6 * time++, direction: host === 0 ? 'out' : 'in', bytes }),
      5,
    );
    return () => clearInterval(timer);
  },
});
programs.start();

async function leave(): Promise<void> {
  await programs.stop();
  hosts.close();
  await server.close();
  state.close();
  await janitor.dismiss();
}

setTimeout(async () => {
  const descriptors = plans.flatMap((_, host) => Object.values(hosts.namespaceDescriptors(host)) as number[]);
  const made: Made = {
    namespaces: descriptors.map(descriptor => fstatSync(descriptor).ino),
    socket: state.socket,
    name: state.name,
    pid: process.pid,
  };
  console.log(JSON.stringify(made));
  if (ending === 'wait') return;
  if (ending === 'exception') throw new Error('as the test wants it');
  if (ending === 'exit') process.exit(3);
  if (ending === 'close') await leave();
}, 400);
