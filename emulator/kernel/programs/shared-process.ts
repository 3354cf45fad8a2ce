// A process that instances of one service share, as the run sees it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HostPlan } from '../../host-plan.ts';
import type { ServiceBundle } from '../../service/bundle.ts';
import { environmentOf } from './environment.ts';
import type { Death, Life } from './launcher.ts';
import { outputFile } from './output.ts';
import type { Ended, Start, ToShared } from './packed/messages.ts';
import type { PidNamespace } from './pid-namespace.ts';
import type { PackedPlan } from './plan.ts';
import type { HostSpace } from './process-launcher.ts';
import { namespaceNumber, processesIn, signalAll } from './processes.ts';

/** The program as built. Its descriptors of hosts follow the standard ones and the one for messages. */
export const PACKED_MAIN = fileURLToPath(new URL('./packed/main.js', import.meta.url));
const FIRST_NETWORK = 4;
/** Young objects get 4 MB in place of 16: a thousand hosts then fit into 100 MB. */
const FLAGS = ['--expose-internals', '--no-warnings', '--max-semi-space-size=4'];
/** Characters of its last words that are kept, for the case that it dies. */
const LAST_WORDS = 2000;

export interface SharedSurroundings {
  readonly hosts: readonly HostPlan[];
  readonly space: HostSpace;
  readonly namespace: PidNamespace;
  /** The program, built. */
  readonly main: string;
}

export class SharedProcess {
  private readonly bundle: ServiceBundle;
  private readonly hosts: readonly number[];
  private readonly surroundings: SharedSurroundings;
  private readonly lives = new Map<number, (death: Death) => void>();
  private process: ChildProcess | undefined;
  private ending: Promise<unknown> = Promise.resolve();
  private nextLife = 0;
  private lastWords = '';

  /** @param hosts all that its instances may run in */
  constructor(bundle: ServiceBundle, hosts: readonly number[], surroundings: SharedSurroundings) {
    this.bundle = bundle;
    this.hosts = hosts;
    this.surroundings = surroundings;
  }

  /** Ends when the process has. */
  get ended(): Promise<unknown> {
    return this.ending;
  }

  launch(plan: PackedPlan, died: (death: Death) => void): Life {
    const life = this.nextLife++;
    this.lives.set(life, died);
    this.process ??= this.start();
    const { hosts, space } = this.surroundings;
    const start: Start = {
      kind: 'start',
      life,
      network: FIRST_NETWORK + this.hosts.indexOf(plan.host),
      hostname: hosts[plan.host].hostname,
      args: plan.args,
      env: environmentOf(plan, hosts[plan.host]),
      directory: plan.directory,
      stdout: outputFile(plan.logs, 'stdout'),
      stderr: outputFile(plan.logs, 'stderr'),
    };
    this.tell(start);
    const network = new Set([namespaceNumber(space.namespaceDescriptors(plan.host).net)]);
    // Whatever else runs in its host, and never the process, which may count as one host's.
    const others = () => processesIn('net', network).filter(pid => pid !== this.process?.pid);
    const kill = () => this.tell({ kind: 'kill', life });
    const all = (message: 'kill' | 'pause' | 'resume', signal: NodeJS.Signals) => () => {
      this.tell({ kind: message, life });
      signalAll(others, signal);
    };
    return {
      pid: undefined,
      clear: kill,
      kill: all('kill', 'SIGKILL'),
      gone: () => !this.lives.has(life) && others().length === 0,
      pause: all('pause', 'SIGSTOP'),
      resume: all('resume', 'SIGCONT'),
    };
  }

  private start(): ChildProcess {
    const { space, namespace, main } = this.surroundings;
    const networks = this.hosts.map(host => space.namespaceDescriptors(host).net);
    const run = () =>
      spawn(process.execPath, [...FLAGS, main], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc', ...networks],
        detached: true,
      });
    // In a host, so that whatever the process does for no instance in particular stays in the run's network.
    const child = space.inside(this.hosts[0], () => namespace.inside(run));
    const gone = once(child, 'exit').catch((error: Error) => [null, null, error]);
    this.ending = gone.then(([status, signal]) => this.died(child, status, signal));
    this.lastWords = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
    });
    child.on('message', message => this.instanceEnded(message as Ended));
    child.on('error', () => undefined);
    this.process = child;
    this.tell({ kind: 'bundle', bundle: this.bundle });
    return child;
  }

  private tell(message: ToShared): void {
    if (this.process?.connected) this.process.send(message, () => undefined);
  }

  private instanceEnded({ life, status, signal, error }: Ended): void {
    const died = this.lives.get(life);
    this.lives.delete(life);
    died?.({ status, signal, memory: false, ...(error !== undefined && { error }) });
  }

  private died(child: ChildProcess, status: number | null, signal: NodeJS.Signals | null): void {
    if (this.process === child) this.process = undefined;
    const words = this.lastWords.trim();
    const error = `the process that it shares with others ended${words === '' ? '' : `: ${words}`}`;
    const lives = [...this.lives.values()];
    this.lives.clear();
    const death = { status: status ?? undefined, signal: signal ?? undefined, memory: false, error };
    for (const died of lives) died(death);
  }
}
