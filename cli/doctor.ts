// `petri doctor`: what of this machine each mode can use.
import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CommandModule } from 'yargs';
import { examine, type Finding } from '../emulator/kernel/examine.ts';
import { EXIT } from './exit.ts';
import type { Mode } from './finished.ts';
import { print } from './output.ts';

/** One thing that a mode needs, or profits from. */
interface Check extends Finding {
  readonly mode: Mode;
}

export const doctorCommand: CommandModule<object, { json: boolean }> = {
  command: 'doctor',
  describe: 'Say what of this machine each mode can use',
  builder: yargs => yargs.option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler: async ({ json }) => {
    const checks: Check[] = [nodeVersion(), cores(), memory(), await virtualTime()];
    checks.push(...examine().map((finding): Check => ({ mode: 'emulate', ...finding })));
    if (json) print(JSON.stringify(checks, null, 2));
    else for (const line of checks.map(describe)) print(line);
    const lacking = checks.some(({ mode, ok }) => mode === 'model' && !ok);
    process.exitCode = lacking ? EXIT.machineLacks : EXIT.well;
  },
};

function describe({ mode, what, found, ok, remedy }: Check): string {
  const line = `${ok ? '✓' : '✗'} ${mode.padEnd(8)} ${what}: ${found}`;
  return ok || !remedy ? line : `${line}\n             ${remedy}`;
}

function nodeVersion(): Check {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    mode: 'model',
    what: 'Node.js',
    found: process.version,
    ok,
    remedy: 'install Node.js 20.19 or later',
  };
}

function cores(): Check {
  const found = `${availableParallelism()}, as many replications run side by side`;
  return { mode: 'model', what: 'processor cores', found, ok: true };
}

function memory(): Check {
  const gigabytes = totalmem() / 1e9;
  const remedy = 'runs of 100 000 hosts and more may not fit';
  return { mode: 'model', what: 'memory', found: `${gigabytes.toFixed(1)} GB`, ok: gigabytes >= 1, remedy };
}

/** Runs the test that every virtual run begins with. */
async function virtualTime(): Promise<Check> {
  const check = { mode: 'virtual', what: 'virtual time' } as const;
  const problem = await new Promise<string | undefined>(resolve => {
    const worker = new Worker(new URL('./self-test-worker.js', import.meta.url), {
      execArgv: ['--expose-internals', '--no-warnings'],
    });
    worker.once('message', (problem: string | undefined) => resolve(problem));
    worker.once('error', error => resolve(error.message));
  });
  if (problem === undefined)
    return { ...check, found: `works on Node.js ${process.versions.node}`, ok: true };
  return { ...check, found: problem, ok: false, remedy: 'use Node.js 20.19, 22 or 24' };
}
