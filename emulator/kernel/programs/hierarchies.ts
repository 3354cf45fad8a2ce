// Where this machine has the control groups of each kind: version 1, version 2, or version 1 for what 2 does not have.
import { join, relative } from 'node:path';
import { textOf } from '../limits.ts';

export type Controller = 'cpu' | 'memory';

/** The group that this process is in, of the tree that has a controller. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly directory: string;
}

export type Hierarchies = Readonly<Partial<Record<Controller, Hierarchy>>>;

const CONTROLLERS: readonly Controller[] = ['cpu', 'memory'];

/**
 * @param mountinfo as in /proc/self/mountinfo, see proc(5)
 * @param cgroup as in /proc/self/cgroup, see cgroups(7)
 * @returns without what this machine does not have, or does not show to this process
 */
export function findHierarchies(
  mountinfo = textOf('/proc/self/mountinfo') ?? '',
  cgroup = textOf('/proc/self/cgroup') ?? '',
): Hierarchies {
  const mounts = mountsIn(mountinfo);
  const groups = groupsIn(cgroup);
  return Object.fromEntries(
    CONTROLLERS.flatMap(controller => {
      const found = findVersion1(controller, mounts, groups) ?? findVersion2(controller, mounts, groups);
      return found ? [[controller, found]] : [];
    }),
  );
}

interface Mount {
  /** The part of the tree that is mounted. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly controllers: readonly string[];
}

function mountsIn(text: string): Mount[] {
  return linesOf(text)
    .map(line => {
      const [place, kind] = line.split(' - ').map(part => part.split(' '));
      return { root: place[3], point: place[4], type: kind[0], controllers: kind[2].split(',') };
    })
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2');
}

interface Group {
  readonly controllers: readonly string[];
  readonly path: string;
}

function groupsIn(text: string): Group[] {
  return linesOf(text).map(line => {
    const [, controllers, ...path] = line.split(':');
    return { controllers: controllers.split(','), path: path.join(':') };
  });
}

function findVersion1(controller: Controller, mounts: Mount[], groups: Group[]): Hierarchy | undefined {
  const mount = mounts.find(({ type, controllers }) => type === 'cgroup' && controllers.includes(controller));
  const group = groups.find(({ controllers }) => controllers.includes(controller));
  return mount && group && { version: 1, directory: placeOf(mount, group) };
}

function findVersion2(controller: Controller, mounts: Mount[], groups: Group[]): Hierarchy | undefined {
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  const group = groups.find(({ controllers }) => controllers[0] === '');
  if (!mount || !group) return undefined;
  const directory = placeOf(mount, group);
  const has = textOf(join(directory, 'cgroup.controllers'))?.trim().split(' ').includes(controller);
  return has ? { version: 2, directory } : undefined;
}

function placeOf(mount: Mount, group: Group): string {
  const below = relative(mount.root, group.path);
  // Containers may show a tree that this process is not in: its root will have to do.
  return below.startsWith('..') ? mount.point : join(mount.point, below);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(line => line !== '');
}
