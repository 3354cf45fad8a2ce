// What runs on each host when real code runs: arguments and environment with the host's own figures filled in.
import { fileURLToPath } from 'node:url';
import type { HostPlan } from '../emulator/host-plan.ts';
import { fillIn, type Placeholder } from '../models/slice/placeholders.ts';
import type { CommandRun, ProtocolRun, Readiness, ServiceRun } from '../models/slice/spec.ts';
import type { PlacedSlice, Testbed } from '../models/testbed.ts';
import { catalogue } from '../protocols/catalogue.ts';
import { writeOptions } from '../protocols/option-text.ts';
import { endpointText } from '../protocols/socket-address.ts';
import { stream } from '../sim/random.ts';
import type { Nanoseconds } from '../sim/time.ts';

/** Where the daemons of protocols listen. */
const PORT = 4000;

/** As many members as a daemon is told of; of a larger slice it learns of the others from them. */
const MOST_MEMBERS = 256;

/** A program of a host's, with nothing left to fill in. */
export interface ProgramPlan {
  /** Index of the host, and of its node. */
  readonly host: number;
  readonly node: number;
  readonly slice: string;
  readonly code: Code;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** From the start of the run. */
  readonly startAt: Nanoseconds;
  readonly ready: Readiness;
  readonly restart: 'never' | 'on-failure' | 'always';
}

export type Code =
  | {
      readonly kind: 'service';
      readonly file: string;
      readonly pack: boolean;
      readonly substitute: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'command'; readonly program: string };

/** The daemon of the catalogue's protocols, as built. */
const DAEMON = fileURLToPath(new URL('../services/main.js', import.meta.url));

/** @param plans of the testbed's hosts, in their order */
export function planPrograms(testbed: Testbed, plans: readonly HostPlan[]): ProgramPlan[] {
  const firstOf = new Map<string, number>();
  let first = 0;
  for (const { spec, hosts } of testbed.slices) {
    firstOf.set(spec.name, first);
    first += hosts.length;
  }
  const room: Room = { testbed, plans, firstOf };
  return testbed.slices.flatMap(slice => slice.nodes.map((node, index) => plan(room, slice, node, index)));
}

interface Room {
  readonly testbed: Testbed;
  readonly plans: readonly HostPlan[];
  /** The first host of each slice. */
  readonly firstOf: ReadonlyMap<string, number>;
}

function plan(room: Room, { spec, hosts }: PlacedSlice, node: number, index: number): ProgramPlan {
  const host = room.firstOf.get(spec.name)! + index;
  const startAt = Math.round(stream(room.testbed.seed, hosts[index], 'start').uniform() * spec.startOver);
  const common = { host, node, slice: spec.name, startAt };
  const { run } = spec;
  if (run.kind === 'protocol') return { ...common, ...daemon(room, run, spec.name, index) };
  if (run.kind === 'transfers') throw new Error('transfers are no program');
  const self: Self = { slice: spec.name, index };
  const fill = (text: string) => fillIn(text, (name, slice) => value(room, self, name, slice));
  const env = Object.fromEntries(Object.entries(run.env).map(([key, text]) => [key, fill(text)]));
  const { ready, restart } = run;
  return { ...common, ...codeOf(run, fill), env, ready, restart };
}

function codeOf(
  run: ServiceRun | CommandRun,
  fill: (text: string) => string,
): Pick<ProgramPlan, 'code' | 'args'> {
  if (run.kind === 'service') {
    const { service: file, pack, substitute } = run;
    return { code: { kind: 'service', file, pack, substitute }, args: run.args.map(fill) };
  }
  const [program, ...args] = run.command.map(fill);
  return { code: { kind: 'command', program }, args };
}

/** The protocol's daemon, told of members of its own slice, or of that in which its contacts are. */
function daemon(room: Room, run: ProtocolRun, slice: string, index: number) {
  const { seed, slices } = room.testbed;
  const { contacts = slice } = run;
  const size = slices.find(({ spec }) => spec.name === contacts)!.hosts.length;
  const listen = (of: string, at: number) => endpointText(room.plans[room.firstOf.get(of)! + at].ipv4, PORT);
  const members = memberSample(size, contacts === slice ? index : undefined, seed, `${slice} ${index}`);
  const options = writeOptions(catalogue[run.protocol].options, run.options).flatMap(text => [
    '--option',
    text,
  ]);
  const join = members.length > 0 ? ['--join', ...members.map(member => listen(contacts, member))] : [];
  const args = [run.protocol, '--listen', listen(slice, index), '--seed', seed, ...options, ...join];
  const code = { kind: 'service', file: DAEMON, pack: true, substitute: {} } as const;
  return { code, args, env: {}, ready: { kind: 'started' }, restart: 'never' } as const;
}

/**
 * All members of a small slice; of a large one the first, through which all meet, and a sample.
 * @param index that of whoever asks, which is left out, where it is one of them
 */
function memberSample(size: number, index: number | undefined, seed: string, name: string): number[] {
  const others = Array.from({ length: size }, (_, other) => other).filter(other => other !== index);
  if (others.length <= MOST_MEMBERS) return others;
  const random = stream(seed, name, 'members');
  const chosen = new Set(index === 0 ? [] : [0]);
  while (chosen.size < MOST_MEMBERS) chosen.add(others[Math.floor(random.uniform() * others.length)]);
  return [...chosen];
}

interface Self {
  readonly slice: string;
  /** In the slice. */
  readonly index: number;
}

/** What stands for a placeholder: of the host itself, or of the first host of a slice that is named. */
function value(room: Room, self: Self, name: Placeholder, named: string | undefined): string {
  const { slice, index } = named === undefined ? self : { slice: named, index: 0 };
  const placed = room.testbed.slices.find(({ spec }) => spec.name === slice)!;
  const first = room.firstOf.get(slice)!;
  const members = room.plans.slice(first, first + placed.nodes.length);
  const own = members[index];
  const peers = named === undefined ? members.toSpliced(index, 1) : members;
  switch (name) {
    case 'host':
      return own.hostname;
    case 'index':
      return String(index);
    case 'node':
      return room.testbed.nodes.names[placed.nodes[index]];
    case 'slice':
      return slice;
    case 'address':
      return own.ipv4;
    case 'address6':
      return own.ipv6;
    case 'peers':
      return peers.map(({ ipv4 }) => ipv4).join(',');
    case 'peers6':
      return peers.map(({ ipv6 }) => ipv6).join(',');
  }
}
