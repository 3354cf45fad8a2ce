// A stage for programs in hosts: hosts in the kernel, without a switch between them, and what happened to the programs.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type HostPlan, planHosts } from '../../../emulator/host-plan.ts';
import { KernelHosts } from '../../../emulator/kernel/hosts.ts';
import { programNeeds } from '../../../emulator/kernel/programs/check.ts';
import { Janitor } from '../../../emulator/kernel/programs/janitor.ts';
import { outputFile } from '../../../emulator/kernel/programs/output.ts';
import type {
  CommandPlan,
  PackedPlan,
  ProgramExit,
  ProgramPlan,
} from '../../../emulator/kernel/programs/plan.ts';
import { Programs } from '../../../emulator/kernel/programs/programs.ts';

/** Shared processes run what was built; the tests are transformed as they run. */
const packedMain = fileURLToPath(
  new URL('../../../dist/emulator/kernel/programs/packed/main.js', import.meta.url),
);

/** Whether this is the root of the machine, not of a user namespace alone. */
export const root =
  process.geteuid?.() === 0 && /^ *0 +0 +4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'));

/** What a program may leave out. */
export type Command = { argv: readonly [string, ...string[]] } & Partial<CommandPlan>;
export type Packed = { bundle: PackedPlan['bundle'] } & Partial<PackedPlan>;

export const unlimited = { cpu: Infinity, memory: Infinity };

/** `sh -c` */
export const sh = (script: string): readonly [string, ...string[]] => ['sh', '-c', script];

export interface Happening {
  readonly what: 'started' | 'ready' | 'exited';
  readonly host: number;
}

export class Stage {
  readonly happened: Happening[] = [];
  readonly json: [host: number, line: string][] = [];
  readonly errors: Error[] = [];
  readonly plans: readonly HostPlan[];
  readonly kernel: KernelHosts;
  readonly folder: string;
  programs!: Programs;
  private readonly janitor: Janitor;

  private constructor(plans: readonly HostPlan[], kernel: KernelHosts, janitor: Janitor) {
    this.plans = plans;
    this.kernel = kernel;
    this.janitor = janitor;
    this.folder = mkdtempSync(join(tmpdir(), 'petri-stage-'));
  }

  /** Makes a host for each program: `test@node0`, `test@node1`, ... @param grace milliseconds */
  static async make(programs: readonly (Command | Packed)[], grace = 2000): Promise<Stage> {
    const plans = planHosts(programs.map(({ slice = 'test' }, host) => `${slice}@node${host}`));
    const janitor = new Janitor();
    const kernel = new KernelHosts(plans, programNeeds(programs.map(plan => plan as ProgramPlan)));
    const stage = new Stage(plans, kernel, janitor);
    try {
      const complete = programs.map((program, host) => stage.complete(program, host));
      const options = { hosts: plans, space: kernel, janitor, packedMain, grace: grace * 1e6 };
      stage.programs = await Programs.make(complete, options, {
        started: host => stage.happened.push({ what: 'started', host }),
        ready: host => stage.happened.push({ what: 'ready', host }),
        exited: ({ host }) => stage.happened.push({ what: 'exited', host }),
        json: (host, line) => stage.json.push([host, line]),
        failed: error => stage.errors.push(error),
      });
      return stage;
    } catch (error) {
      await stage.leave();
      throw error;
    }
  }

  /** Does something with programs that have been started, and leaves. */
  static async run<T>(
    programs: readonly (Command | Packed)[],
    act: (stage: Stage) => T | Promise<T>,
    grace?: number,
  ): Promise<T> {
    const stage = await Stage.make(programs, grace);
    try {
      stage.programs.start();
      return await act(stage);
    } finally {
      await stage.leave();
    }
  }

  /** Waits until something holds. It fails the test by taking too long. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await wait(10);
  }

  /** Waits for the error that ends the run. */
  async error(): Promise<string> {
    await this.until(() => this.errors.length > 0);
    return this.errors[0].message;
  }

  /** Waits for the end of so many lives. */
  async exits(count: number): Promise<readonly ProgramExit[]> {
    await this.until(() => this.programs.exits.length >= count);
    return this.programs.exits;
  }

  /** What a program has printed by now. */
  output(host: number): string {
    const file = outputFile(this.logs(host), 'stdout');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  lines(host: number): string[] {
    return this.output(host).split('\n').slice(0, -1);
  }

  async leave(): Promise<void> {
    await this.programs?.stop();
    this.kernel.close();
    await this.janitor.dismiss();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private logs(host: number): string {
    return join(this.folder, `logs-${host}`);
  }

  private complete(program: Command | Packed, host: number): ProgramPlan {
    const common = {
      host,
      slice: 'test',
      after: [],
      env: {},
      ready: { kind: 'started' },
      restart: 'never',
      startAt: 0,
      directory: join(this.folder, `host-${host}`),
      logs: this.logs(host),
    } as const;
    return 'argv' in program
      ? { kind: 'command', ...common, share: unlimited, ...program }
      : { kind: 'packed', ...common, args: [], ...program };
  }
}

/** The processes whose environment holds a text. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}
