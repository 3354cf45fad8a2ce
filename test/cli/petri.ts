// `petri` as its users meet it: a process, what it prints and how it ends, in a folder of its own.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What goes on beside a process: it may be sent signals, and its standard error be read. */
export type Meanwhile = (kill: (signal: NodeJS.Signals) => void, stderr: Readable) => void;

/** A folder for one test file; remove it with `leave`. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'petri-cli-'));

  /** Runs `petri` here to its end. @param meanwhile told of the process once it has started */
  petri(argv: readonly string[], meanwhile?: Meanwhile): Promise<Ended> {
    if (!existsSync(program)) throw new Error('build first: npm run build');
    return this.run([process.execPath, program, ...argv], meanwhile);
  }

  /** Runs a line that begins with `petri` in a shell here. */
  shell(line: string): Promise<Ended> {
    return this.run(['sh', '-c', line.replace(/^petri /, `'${process.execPath}' '${program}' `)]);
  }

  private run([command, ...argv]: readonly string[], meanwhile?: Meanwhile): Promise<Ended> {
    const child = spawn(command!, argv, { cwd: this.path, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text;
      });
    }
    meanwhile?.(signal => child.kill(signal), child.stderr);
    return new Promise(resolve => child.once('close', status => resolve({ status, ...texts })));
  }

  /** Runs `petri` to a status that is expected; otherwise throws with what it said. */
  async expecting(status: number, ...argv: readonly string[]): Promise<Ended> {
    const ended = await this.petri(argv);
    if (ended.status === status) return ended;
    throw new Error(
      `petri ${argv.join(' ')}: status ${ended.status}, not ${status}\n${ended.stderr}\n${ended.stdout}`,
    );
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  leave(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
