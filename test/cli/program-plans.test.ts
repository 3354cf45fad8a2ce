// What runs on each host: placeholders filled in with the host's own figures, daemons told where their members are.
import { describe, expect, test } from 'vitest';
import { planPrograms } from '../../cli/program-plans.ts';
import { planHosts } from '../../emulator/host-plan.ts';
import { buildTestbed } from '../../models/build-testbed.ts';
import { parseScenario } from '../../scenarios/load.ts';

function programs(slices: string) {
  const text = `name: x\nduration: 1m\ntopology: { generate: { sites: 3, nodesPerSite: 1 } }\nslices:\n${slices}\n`;
  const testbed = buildTestbed(parseScenario(text, '/here/x.yaml').scenario);
  const plans = planHosts(testbed.slices.flatMap(({ hosts }) => hosts));
  return { plans, programs: planPrograms(testbed, plans), testbed };
}

describe('placeholders', () => {
  test('are the host itself, and with a slice that slice', () => {
    const { programs: all, plans } = programs(
      `  web: { place: { nodes: 2 }, run: { command: [web, '{address}', '{index}'] } }
  user:
    place: { nodes: 1 }
    run:
      command: [get, 'http://{host:web}/', '{peers:web}', '{peers}', '{address6}', '{slice}', '{print}', 'a{node}']
      env: { SELF: '{host}' }`,
    );
    expect(all.map(({ args }) => args.slice(0, 2))).toEqual([
      ['10.0.0.1', '0'],
      ['10.0.0.2', '1'],
      [`http://${plans[0].hostname}/`, '10.0.0.1,10.0.0.2'],
    ]);
    const node = plans[2].name.split('@')[1];
    expect(all[2].args.slice(2)).toEqual(['', 'fd70:6574:7269::3', 'user', '{print}', `a${node}`]);
    expect(all[2].env).toEqual({ SELF: plans[2].hostname });
    expect(all[2].code).toEqual({ kind: 'command', program: 'get' });
  });
});

describe('a protocol', () => {
  test('is its daemon, with every other member and all options', () => {
    const { programs: all } = programs('  ring: { run: { protocol: ping, every: 2s, targets: all-pairs } }');
    const { args, code } = all[1];
    expect(code).toMatchObject({ kind: 'service', file: expect.stringMatching(/services\/main\.js$/) });
    expect(args.slice(0, 3)).toEqual(['ping', '--listen', '10.0.0.2:4000']);
    expect(args).toContain('every=2000000000ns');
    expect(args).toContain('targets=all-pairs');
    expect(args.slice(args.indexOf('--join') + 1)).toEqual(['10.0.0.1:4000', '10.0.0.3:4000']);
  });

  test('is told of its contacts where they are another slice, wherever it stands in it itself', () => {
    const { programs: all } = programs(`  core: { place: { nodes: 2 }, run: { protocol: ping } }
  edge: { place: { nodes: 1 }, run: { protocol: ping, contacts: core } }`);
    const { args } = all[2];
    expect(args[2]).toBe('10.0.0.3:4000');
    expect(args.slice(args.indexOf('--join') + 1)).toEqual(['10.0.0.1:4000', '10.0.0.2:4000']);
  });

  test('starts when the model would start it', () => {
    const { programs: all } = programs('  ring: { run: { protocol: ping }, start: { over: 10s } }');
    for (const { startAt } of all) {
      expect(startAt).toBeGreaterThanOrEqual(0);
      expect(startAt).toBeLessThan(10e9);
    }
    expect(new Set(all.map(({ startAt }) => startAt)).size).toBe(3);
  });
});

describe('hosts', () => {
  test('have names that resolve and addresses of both families', () => {
    expect(planHosts(['a@princeton-1', 'b@princeton-1', 'a@New York (2)'])).toEqual([
      {
        name: 'a@princeton-1',
        hostname: 'a.princeton-1',
        aliases: ['princeton-1'],
        ipv4: '10.0.0.1',
        ipv6: 'fd70:6574:7269::1',
      },
      {
        name: 'b@princeton-1',
        hostname: 'b.princeton-1',
        aliases: [],
        ipv4: '10.0.0.2',
        ipv6: 'fd70:6574:7269::2',
      },
      {
        name: 'a@New York (2)',
        hostname: 'a.new-york-2',
        aliases: ['new-york-2'],
        ipv4: '10.0.0.3',
        ipv6: 'fd70:6574:7269::3',
      },
    ]);
  });

  test('whose names are alike but for their spelling are told apart', () => {
    const names = planHosts(['a@x y', 'a@x-y', 'a@X.Y']).map(({ hostname }) => hostname);
    expect(new Set(names).size).toBe(3);
  });
});
