// The subcommands that act on a run which is up, as their users meet them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lacking, needs } from './ability.ts';
import { begin, type Run } from './run-of-its-own.ts';

const petri = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'petri-commands-'));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Command {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

function start(...args: readonly string[]): Command {
  const child = spawn(process.execPath, [petri, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_RUNTIME_DIR: folder, SHELL: '/bin/pwd' },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...texts }));
  return { ended, kill: signal => child.kill(signal) };
}

describe('commands for a run that is up', () => {
  beforeEach(ctx => needs(ctx));

  let run: Run;
  const command = (name: string, ...args: readonly string[]) =>
    start(name, '--run', run.made.name, ...args).ended;

  beforeAll(async () => {
    if (lacking() === undefined) run = await begin(folder, 'wait');
  });

  afterAll(async () => {
    // Where hosts cannot be made there is none.
    if ((run as Run | undefined)?.child.exitCode === null && run.child.signalCode === null) {
      run.child.kill('SIGKILL');
      await once(run.child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('hosts lists them', async () => {
    const { stdout, status } = await command('hosts');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split(/ {2,}/));
    expect(status).toBe(0);
    expect(lines[0]).toEqual(['host', 'name', 'address', 'state', 'restarts', 'process']);
    expect(lines[1].slice(0, 4)).toEqual(['test@node0', 'test.node0 node0', '10.0.0.1', 'ready']);
    const hosts = JSON.parse((await command('hosts', '--json')).stdout);
    expect(hosts[1]).toMatchObject({
      name: 'test@node1',
      hostname: 'test.node1',
      ipv6: 'fd70:6574:7269::2',
    });
  });

  test('exec runs a command in the host, and passes its status on', async () => {
    const script =
      'hostname; cat /proc/net/fib_trie | grep -c 10.0.0.2; getent hosts test.node0; pwd; echo $HOSTNAME; exit 7';
    const { stdout, status } = await command('exec', 'test@node1', '--', 'sh', '-c', script);
    const [hostname, address, other, directory, variable] = stdout.split('\n');
    expect([status, hostname, variable]).toEqual([7, 'test.node1', 'test.node1']);
    expect(Number(address)).toBeGreaterThan(0);
    expect(other).toMatch(/^fd70:6574:7269::1 +test\.node0|^10\.0\.0\.1 +test\.node0/);
    expect(directory).toBe(join(folder, 'test.node1').replace('test.node1', 'test@node1'));
  });

  test('exec tells of signals as shells do, and of what it cannot find', async () => {
    expect((await command('exec', 'node0', '--', 'sh', '-c', 'kill -TERM $$')).status).toBe(143);
    expect((await command('exec', 'node0', '--', 'no-such-command')).status).toBe(127);
    const unknown = await command('exec', 'test@node3', '--', 'true');
    expect([unknown.status, unknown.stderr]).toEqual([
      2,
      'petri: no host "test@node3" (did you mean "test@node0"?)\n',
    ]);
    expect((await command('exec', 'node0')).stderr).toBe(
      'petri: exec: which command? petri exec <host> -- <command>\n',
    );
  });

  test('shell opens one in the host', async () => {
    const { stdout, status } = await command('shell', '10.0.0.2');
    expect([status, stdout]).toEqual([0, `${join(folder, 'test@node1')}\n`]);
  });

  test('logs shows what was printed, where it was printed to', async () => {
    expect(await command('logs', 'node0')).toEqual({ status: 0, stdout: 'hello\n', stderr: 'warning\n' });
  });

  test('capture writes so many packets, or until Ctrl-C', async () => {
    const some = await command('capture', 'node0', '-o', 'some.pcapng', '--count', '5');
    expect(some).toEqual({ status: 0, stdout: '', stderr: '5 packets written to some.pcapng\n' });
    const file = readFileSync(join(folder, 'some.pcapng'));
    expect(file.readUInt32LE(0)).toBe(0x0a0d0d0a);
    const capture = start('capture', 'node1', '--run', run.made.name, '-o', 'until.pcapng');
    const until = join(folder, 'until.pcapng');
    // It is written out while it goes on.
    while (!existsSync(until) || statSync(until).size < file.length) await wait(20);
    capture.kill('SIGINT');
    const { status, stderr } = await capture.ended;
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^\d+ packets written to until\.pcapng\n$/)]);
    const again = await command('capture', 'node0', '-o', 'some.pcapng');
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('some.pcapng exists')]);
    expect((await command('capture', 'node0', '-o', 'none.pcapng', '--count', '0')).status).toBe(2);
    expect(existsSync(join(folder, 'none.pcapng'))).toBe(false);
  });

  test('fault passes its words on, and the reason why not', async () => {
    expect(await command('fault', 'crash', 'all')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'petri: no fault: crash all\n',
    });
  });

  test('down ends the run, and with it what follows it or runs in it', async () => {
    const follow = start('logs', 'node0', '-f', '--run', run.made.name);
    const exec = start(
      'exec',
      'node0',
      '--run',
      run.made.name,
      '--',
      'sh',
      '-c',
      'trap "" TERM; echo up; sleep 1000',
    );
    await wait(500);
    const { stdout, status } = await command('down');
    expect([status, stdout]).toEqual([0, `${run.made.name} is down\n`]);
    expect(existsSync(run.made.socket)).toBe(false);
    expect(await follow.ended).toMatchObject({ status: 0, stdout: 'hello\n' });
    expect((await exec.ended).status).toBe(137);
    expect((await command('hosts')).stderr).toMatch(/^petri: no run (is up|"test-run)/);
  });
});
