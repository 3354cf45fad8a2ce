// However a run ends, nothing of it stays: no process, namespace, control group, socket or folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { findHierarchies } from '../../../emulator/kernel/programs/hierarchies.ts';
import { needs } from './ability.ts';
import { begin, program, type Run } from './run-of-its-own.ts';
import { processesWith, root } from './stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'petri-end-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is left of a run; each of it would be found while the run is up. */
function leftOf({ made, mark }: Run): string[] {
  const numbers = new Set(made.namespaces);
  const holders = readdirSync('/proc').filter(pid =>
    ['net', 'uts', 'mnt'].some(kind => {
      try {
        return numbers.has(Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/${kind}`))?.[0]));
      } catch {
        return false;
      }
    }),
  );
  const groups = Object.values(findHierarchies()).map(({ directory }) =>
    join(directory, `petri-${made.pid}`),
  );
  return [
    ...processesWith(`MARK=${mark}`).map(pid => `process ${pid}`),
    ...holders.map(pid => `namespace of process ${pid}`),
    ...[...groups, made.socket, dirname(made.socket), dirname(dirname(made.socket))].filter(file =>
      existsSync(file),
    ),
  ];
}

describe('the end of a run', () => {
  beforeEach(ctx => needs(ctx));

  test.each([
    ['the end as it should be', 'close', undefined],
    ['kill -9', 'wait', 'SIGKILL'],
    ['Ctrl-C', 'wait', 'SIGINT'],
    ['SIGTERM', 'wait', 'SIGTERM'],
    ['the end of its terminal', 'wait', 'SIGHUP'],
    ['an exception', 'exception', undefined],
    ['process.exit', 'exit', undefined],
  ] as const)('%s leaves nothing', async (_name, ending, signal) => {
    const run = await begin(folder, ending);
    const ended = once(run.child, 'exit');
    if (signal) {
      const found = leftOf(run);
      for (const kind of ['process', 'namespace', '.sock', ...(root ? ['/cgroup'] : [])]) {
        expect(found.join('\n')).toContain(kind);
      }
      run.child.kill(signal);
    }
    await ended;
    // The kernel takes its time to end processes, and the janitor waits for it.
    while (leftOf(run).length > 0) await wait(20);
  });
});

describe('a run that cannot be', () => {
  beforeEach(ctx => {
    if (!root) ctx.skip('this test gives up the rights of root, and has none');
  });

  /** What it says as a user without rights, behind a shell's command. */
  async function said(before: string): Promise<string> {
    const script = `${before} exec "$0" "$@"`;
    const child = spawn(
      'sh',
      ['-c', script, process.execPath, program, folder, 'nobody', 'unlimited', 'wait'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        uid: 65534,
        gid: 65534,
      },
    );
    let text = '';
    child.stderr!.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    await once(child, 'close');
    expect(processesWith('MARK=nobody')).toEqual([]);
    return text;
  }

  test('without privileges says what it lacks and what to do', async () => {
    const text = await said('');
    expect(text).toContain('KernelError: cannot ');
    expect(text).toContain('(EPERM); run as root, or allow user namespaces');
  });

  test('without enough descriptors says how many it needs and what to do', async () => {
    expect(await said('ulimit -n 100;')).toMatch(
      /KernelError: .*open files a process 100, \d+ needed; .*ulimit -n \d+/,
    );
  });
});
