// Control groups of both versions: where they are found, and what is written to them. Folders stand for the kernel's,
// whose own files the tests of programs use as far as this machine has them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ControlGroups } from '../../../emulator/kernel/programs/control-groups.ts';
import { findHierarchies, type Hierarchies } from '../../../emulator/kernel/programs/hierarchies.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-groups-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = `petri-${process.pid}`;
const textOf = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const both = (version: 1 | 2): Hierarchies => ({
  cpu: { version, directory: folder },
  memory: { version, directory: folder },
});

describe('what is written to control groups', () => {
  test('version 1: quota and period, memory with swap', () => {
    const groups = new ControlGroups(['cpu', 'memory'], undefined, both(1));
    const group = groups.make(3, { cpu: 1.5, memory: 64e6 });
    expect(textOf(run, 'host-3', 'cpu.cfs_quota_us')).toBe('150000');
    expect(textOf(run, 'host-3', 'cpu.cfs_period_us')).toBe('100000');
    expect(textOf(run, 'host-3', 'memory.limit_in_bytes')).toBe('64000000');
    expect(group.entries).toEqual([join(folder, run, 'host-3', 'cgroup.procs')]);
    writeFileSync(
      join(folder, run, 'host-3', 'memory.oom_control'),
      'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
    );
    expect(group.memoryKills()).toBe(2);
  });

  test('version 2: cpu.max and memory.max, controllers enabled on the way', () => {
    writeFileSync(join(folder, 'cgroup.subtree_control'), 'pids\n');
    const groups = new ControlGroups(['cpu', 'memory'], undefined, both(2));
    const group = groups.make(0, { cpu: 0.005, memory: Infinity });
    // Less than the kernel's least quota in a tenth of a second: counted over a second.
    expect(textOf(run, 'host-0', 'cpu.max')).toBe('5000 1000000');
    expect(existsSync(join(folder, run, 'host-0', 'memory.max'))).toBe(false);
    expect(textOf('cgroup.subtree_control')).toBe('+cpu +memory');
    expect(textOf(run, 'cgroup.subtree_control')).toBe('+cpu +memory');
    groups.make(1, { cpu: Infinity, memory: 1e6 });
    expect(textOf(run, 'host-1', 'memory.max')).toBe('1000000');
    expect(group.memoryKills()).toBe(0);
  });

  test('version 2, below the root: this process makes room for groups', () => {
    const made: string[] = [];
    writeFileSync(join(folder, 'cgroup.type'), 'domain\n');
    writeFileSync(join(folder, 'cgroup.subtree_control'), '\n');
    writeFileSync(join(folder, 'cgroup.procs'), `1\n${process.pid}\n`);
    new ControlGroups(['cpu'], directory => made.push(directory), both(2));
    expect(made).toEqual([join(folder, `${run}-own`), join(folder, run)]);
    // Others' processes stay where they are.
    expect(textOf(`${run}-own`, 'cgroup.procs')).toBe(String(process.pid));
    expect(textOf('cgroup.subtree_control')).toBe('+cpu');
  });

  test('what is not there or not allowed is said with the remedy', () => {
    expect(
      () => new ControlGroups(['memory'], undefined, { cpu: { version: 2, directory: folder } }),
    ).toThrow('this machine has no control groups for memory; mount them');
    const absent = { cpu: { version: 1, directory: join(folder, 'absent') } } as const;
    expect(() => new ControlGroups(['cpu'], undefined, absent)).toThrow(
      /^cannot limit programs by control groups: ENOENT.*; run as root, or leave the share out of the scenario$/,
    );
    mkdirSync(join(folder, run));
    expect(() => new ControlGroups(['cpu'], undefined, both(2))).toThrow(/; run as root, or by systemd-run /);
  });
});

describe('where control groups are found', () => {
  const mount = (root: string, point: string, type: string, options: string) =>
    `30 20 0:30 ${root} ${point} rw,relatime shared:9 - ${type} cgroup ${options}`;

  test('version 1 with several controllers to a tree, in a group of this process', () => {
    const mounts = [
      mount('/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
      mount('/', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
    ].join('\n');
    expect(findHierarchies(mounts, '4:cpu,cpuacct:/a/b\n5:memory:/\n')).toEqual({
      cpu: { version: 1, directory: '/sys/fs/cgroup/cpu,cpuacct/a/b' },
      memory: { version: 1, directory: '/sys/fs/cgroup/memory' },
    });
  });

  test('version 2, where its group has the controller', () => {
    mkdirSync(join(folder, 'user'));
    writeFileSync(join(folder, 'user', 'cgroup.controllers'), 'memory pids\n');
    expect(findHierarchies(mount('/', folder, 'cgroup2', 'rw'), '0::/user\n')).toEqual({
      memory: { version: 2, directory: join(folder, 'user') },
    });
  });

  test('a container that shows a part of the tree', () => {
    const part = mount('/docker/1', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory');
    const directoryOf = (group: string) => findHierarchies(part, `5:memory:${group}\n`).memory?.directory;
    expect(directoryOf('/docker/1/x')).toBe('/sys/fs/cgroup/memory/x');
    expect(directoryOf('/docker/2')).toBe('/sys/fs/cgroup/memory');
  });

  test('none', () => expect(findHierarchies('1 0 8:1 / / rw - ext4 /dev/sda rw\n', '')).toEqual({}));
});
