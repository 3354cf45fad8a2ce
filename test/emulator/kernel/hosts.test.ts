// Hosts in the kernel: what a program finds in one, and that nothing is left of them however they end.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { planHosts } from '../../../emulator/host-plan.ts';
import { KernelHosts } from '../../../emulator/kernel/hosts.ts';
import { ensureLimits } from '../../../emulator/kernel/limits.ts';
import { hostsFile } from '../../../emulator/kernel/run-files.ts';
import { needs } from './ability.ts';

const holder = fileURLToPath(new URL('../../../dist/test/emulator/kernel/holder.js', import.meta.url));
const plans = planHosts(['dht@a.example', 'dht@b.example', 'web@a.example']);

let made: KernelHosts | undefined;

function make(): KernelHosts {
  made = new KernelHosts(plans);
  return made;
}

afterEach(() => {
  made?.close();
  made = undefined;
});

const inHost = (hosts: KernelHosts, host: number, command: string): string =>
  hosts.inside(host, () => spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout);

const namespaces = () => ['net', 'uts', 'mnt'].map(kind => readlinkSync(`/proc/thread-self/ns/${kind}`));

describe('a host', () => {
  test('has its name, its addresses and the names of all', ctx => {
    needs(ctx, 'getent');
    const hosts = make();
    expect(inHost(hosts, 1, 'uname -n')).toBe('dht.b-example\n');
    expect(inHost(hosts, 1, 'getent ahostsv4 dht.a-example a-example | cut -d" " -f1 | sort -u')).toBe(
      '10.0.0.1\n',
    );
    expect(inHost(hosts, 1, 'getent ahostsv6 web.a-example | cut -d" " -f1 | sort -u')).toBe(
      'fd70:6574:7269::3\n',
    );
    expect(inHost(hosts, 2, 'getent hosts 10.0.0.2')).toMatch(/dht\.b-example b-example/);
    const interfaces = readlines(inHost(hosts, 0, 'cat /proc/net/dev')).map(line =>
      line.split(':')[0].trim(),
    );
    expect(interfaces).toEqual(expect.arrayContaining(['lo', 'eth0']));
  });

  test('is silent until it is used', ctx => {
    needs(ctx);
    const hosts = make();
    const sent = readlines(inHost(hosts, 0, 'cat /proc/net/dev')).find(line => line.includes('eth0:'))!;
    expect(sent.split(':')[1].trim().split(/\s+/)[9]).toBe('0');
  });

  test('is left again, even by an error', ctx => {
    needs(ctx);
    const hosts = make();
    const before = [namespaces(), hostname()];
    expect(() =>
      hosts.inside(0, () => {
        expect(namespaces()).not.toEqual(before[0]);
        throw new Error('thrown inside');
      }),
    ).toThrow('thrown inside');
    expect([namespaces(), hostname()]).toEqual(before);
  });

  test('gives its programs no descriptor but their own', ctx => {
    needs(ctx);
    const look = 'ls /proc/self/fd; readlink /proc/self/fd/*';
    const outside = spawnSync('sh', ['-c', look], { encoding: 'utf8' }).stdout;
    const inside = inHost(make(), 0, look);
    expect(readlines(inside)).toHaveLength(readlines(outside).length);
    expect(inside).not.toMatch(/tun|net:|uts:|mnt:/);
  });

  test('may be entered by another process', ctx => {
    needs(ctx, 'nsenter');
    const { net, uts, mount } = make().namespaceDescriptors(1);
    const spaces = [`--net=/proc/${process.pid}/fd/${net}`, `--uts=/proc/${process.pid}/fd/${uts}`];
    const { stdout } = spawnSync(
      'nsenter',
      [
        ...spaces,
        `--mount=/proc/${process.pid}/fd/${mount}`,
        'sh',
        '-c',
        'uname -n; getent hosts dht.a-example',
      ],
      { encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^dht\.b-example\n.*dht\.a-example/);
  });
});

describe('all hosts', () => {
  test('are gone when they are closed, and the thread is where it was', ctx => {
    needs(ctx);
    const before = [namespaces()[0], namespaces()[2], readFileSync('/etc/hosts', 'utf8'), process.cwd()];
    for (let round = 0; round < 3; round++) {
      const hosts = make();
      expect(readFileSync('/etc/hosts', 'utf8')).toBe(hostsFile(plans, hosts.ipv6));
      hosts.close();
    }
    expect([namespaces()[0], namespaces()[2], readFileSync('/etc/hosts', 'utf8'), process.cwd()]).toEqual(
      before,
    );
  });

  // In a user namespace that allows so many network namespaces: what is left of earlier ones is missing to later ones.
  const within = (limit: number, script: string) =>
    spawn(
      'unshare',
      [
        '--user',
        '--map-root-user',
        '--net',
        '--mount',
        '--uts',
        'sh',
        '-c',
        `echo ${limit} > /proc/sys/user/max_net_namespaces && ${script}`,
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 20_000,
        env: { ...process.env, NODE: process.execPath, HOLDER: holder },
      },
    );

  async function outputOf(limit: number, script: string): Promise<string[]> {
    const child = within(limit, script);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += data));
    await once(child, 'close');
    return readlines(output);
  }

  /** Tries until it succeeds: the kernel frees namespaces soon, not at once. */
  const untilMade = (count: number) =>
    `until "$NODE" "$HOLDER" ${count} once | grep made; do sleep 0.1; done`;
  const FIRST = '"$NODE" "$HOLDER" 20 > log & until grep -qs made log; do sleep 0.1; done';

  test('leave no descriptor behind', async ctx => {
    needs(ctx, 'unshare');
    expect(await outputOf(100, '"$NODE" "$HOLDER" 5 once')).toEqual(['made 5', '0 descriptors left']);
  });

  test('are gone when their process is killed', async ctx => {
    needs(ctx, 'unshare');
    const script = `mount -t tmpfs none /mnt; cd /mnt; ${FIRST}; kill -9 $!; ${untilMade(20)}; findmnt -rn -S petri`;
    // The shell may say that a process was killed; a mount that is left would be listed by its name.
    const lines = await outputOf(23, script);
    expect(lines).toContain('made 20');
    expect(lines.filter(line => line.includes('petri'))).toEqual([]);
  });

  test('are not there at all where one of them cannot be made', async ctx => {
    needs(ctx, 'unshare');
    const script = `mount -t tmpfs none /mnt; cd /mnt; ${FIRST}; "$NODE" "$HOLDER" 15; ${untilMade(8)}; kill -9 $!`;
    const lines = await outputOf(30, script);
    expect(lines[0]).toMatch(
      /^refused: cannot make the namespaces of test@node\d+: .*\(ENOSPC\); allow more namespaces/,
    );
    expect(lines[1]).toBe('made 8');
  });

  test('are refused before the first where a limit is too low, with what to do', async ctx => {
    needs(ctx, 'unshare');
    const [line] = await outputOf(10, '"$NODE" "$HOLDER" 20 once');
    expect(line).toBe(
      "refused: 20 hosts are more than this machine's limits allow: namespaces (user.max_net_namespaces) 10, 22 needed; " +
        'raise them: sysctl -w user.max_net_namespaces=22',
    );
    expect(() => ensureLimits(10, { processes: 2 ** 23 })).toThrow(/sysctl -w kernel.pid_max=\d+/);
  });
});

function readlines(text: string): string[] {
  return text.trim().split('\n');
}
