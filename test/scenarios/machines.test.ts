// The keys of machines and of what slices ask of them: what they become, and what is refused.
import { describe, expect, test } from 'vitest';
import { buildTestbed } from '../../models/build-testbed.ts';
import { osProfiles } from '../../models/node/profiles.ts';
import { parseScenario } from '../../scenarios/load.ts';
import { ScenarioError } from '../../scenarios/problem.ts';
import { MINUTE } from '../../sim/time.ts';

function scenario({ machines = 'machines: {}', caps = '{}', more = '', fault = '' }): string {
  return `name: x
duration: 10m
topology: { generate: { sites: 5 } }
${machines}
slices:
  a: { caps: ${caps}, run: { protocol: ping }, ${more} }
${fault && `faults: [${fault}]`}`;
}

type Keys = Parameters<typeof scenario>[0];
const load = (keys: Keys) => parseScenario(scenario(keys), 'x.yaml').scenario;

function problems(keys: Keys): string[] {
  try {
    load(keys);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  throw new Error('it loaded');
}

describe('machines', () => {
  test('are no part of a run where nothing is said of them', () => {
    const { subsystems, slices } = load({ machines: '' });
    expect(subsystems).not.toHaveProperty('machines');
    expect(slices[0]).not.toHaveProperty('claim');
    expect(slices[0]).not.toHaveProperty('demand');
  });

  test('are nodes of one core under vservers by default', () => {
    expect(load({}).subsystems?.machines).toEqual({
      cores: 1,
      sharing: 'shares',
      memory: 1e9,
      swap: 1e9,
      disk: { size: 160e9, rate: 50e6, repair: { kind: 'exponential', mean: 3 * 24 * 60 * MINUTE } },
      profile: osProfiles.vserver,
      work: 0,
    });
  });

  test('have the profile of their os, but for what is said otherwise', () => {
    const machines = 'machines: { os: vm, profile: { start: 1m, leak: 2% } }';
    const { profile } = load({ machines }).subsystems!.machines!;
    expect(profile).toEqual({ ...osProfiles.vm, start: MINUTE, leak: 0.02 });
  });

  test('are claimed and asked of in base units', () => {
    const [slice] = load({
      caps: '{ cpuShare: 2, cpuReserve: 0.25, disk: 5GB }',
      more: 'demand: { jobs: { every: exponential 1s, work: 50ms, read: 1MB }, memory: { level: 50MB, hourly: 36MB }, cpu: { onOff: { cores: 4, on: 1m, off: 2m } } }',
    }).slices;
    expect(slice.claim).toEqual({ share: 2, reserve: 0.25, disk: 5e9 });
    expect(slice.demand).toEqual({
      jobs: {
        every: { kind: 'exponential', mean: 1e9 },
        work: { kind: 'constant', value: 50e6 },
        read: { kind: 'constant', value: 1e6 },
      },
      memory: { level: { kind: 'constant', value: 50e6 }, growth: 10_000 },
      cpu: {
        kind: 'on-off',
        cores: 4,
        on: { kind: 'constant', value: MINUTE },
        off: { kind: 'constant', value: 2 * MINUTE },
      },
    });
  });
});

describe('what is wrong is refused by place', () => {
  test.each<[string, Keys, string]>([
    [
      'an os that there is not',
      { machines: 'machines: { os: vservers }' },
      'x.yaml:4:17: machines.os: found "vservers", expected one of process, vserver, thin-vmm, vm (did you mean "vserver"?)',
    ],
    [
      'no cores',
      { machines: 'machines: { cores: 0 }' },
      'x.yaml:4:20: machines.cores: found 0, expected a number of cores above 0, at most 1024',
    ],
    [
      'all CPU lost',
      { machines: 'machines: { profile: { overhead: 100% } }' },
      'x.yaml:4:34: machines.profile.overhead: found "100%", expected a fraction below 100%',
    ],
    [
      'demand without machines',
      { machines: '', more: 'demand: { cpu: { cores: 1 } }' },
      'x.yaml:6:43: slices.a.demand: found demand, expected the key machines, which says what nodes are',
    ],
    [
      'a claim without machines',
      { machines: '', caps: '{ cpuReserve: 0.5 }' },
      'x.yaml:6:16: slices.a.caps.cpuReserve: found cpuReserve, expected the key machines, which says what nodes are',
    ],
    [
      'no reservation where that is all there is',
      { machines: 'machines: { sharing: reservations }' },
      'x.yaml:6:3: slices.a: found no reservation, expected caps.cpuReserve: where machines.sharing is reservations, that is all it gets',
    ],
    [
      'a share where there are reservations',
      { machines: 'machines: { sharing: reservations }', caps: '{ cpuReserve: 0.1, cpuShare: 2 }' },
      'x.yaml:6:33: slices.a.caps.cpuShare: found cpuShare, expected machines.sharing: shares beside it',
    ],
    [
      'a reserve of more than the node has',
      { caps: '{ cpuReserve: 2 }' },
      'x.yaml:6:28: slices.a.caps.cpuReserve: found 2, expected at most 1, the cores of a node',
    ],
    [
      'a reserve of more than the sliver may use',
      { caps: '{ cpuReserve: 0.5, cpu: 0.25 }' },
      'x.yaml:6:28: slices.a.caps.cpuReserve: found 0.5, expected at most 0.25, the cores that the sliver may use',
    ],
    [
      'demand of no form',
      { more: 'demand: { cpu: { core: 1 } }' },
      'x.yaml:6:60: slices.a.demand.cpu.core: found an unknown key, expected one of cores, like, every, trace, onOff, diurnal, crowd (did you mean "cores"?)',
    ],
    [
      'a limp without machines',
      { machines: '', fault: '{ at: 1m, limp: all, cpu: 10% }' },
      'x.yaml:7:20: faults.0.limp: found limp, expected the key machines, which says what nodes are',
    ],
    [
      'a limp of nothing',
      { fault: '{ at: 1m, limp: all }' },
      'x.yaml:7:20: faults.0.limp: found neither cpu nor disk, expected cpu, disk, or both beside limp',
    ],
    [
      'a limp at no time',
      { fault: '{ limp: all, cpu: 10% }' },
      'x.yaml:7:12: faults.0.limp: found no time, expected at, every, or both beside it',
    ],
    [
      'a standstill that is called a limp',
      { fault: '{ at: 1m, limp: all, cpu: 0% }' },
      'x.yaml:7:36: faults.0.cpu: found "0%", expected a fraction of at least 0.0001%',
    ],
    [
      'a broken disk without machines',
      { machines: '', fault: '{ at: 1m, disk: 1 nodes }' },
      'x.yaml:7:20: faults.0.disk: found disk, expected the key machines, which says what nodes are',
    ],
  ])('%s', (_name, keys, problem) => {
    expect(problems(keys)).toEqual([problem]);
  });

  test('reserves that a node cannot keep, by the slice that is one too many', () => {
    const text = `name: x
duration: 10m
topology: { generate: { sites: 5 } }
machines: { os: process }
slices:
  a: { caps: { cpuReserve: 0.6 }, run: { protocol: ping } }
  b: { place: { nodes: 1 }, caps: { cpuReserve: 0.5 }, run: { protocol: ping } }`;
    const { scenario } = parseScenario(text, 'x.yaml');
    expect(() => buildTestbed(scenario)).toThrow(
      /^slices\.b\.caps\.cpuReserve: found 1\.1 cores reserved on the node [\w-]+, expected at most 1 in all/,
    );
  });
});
