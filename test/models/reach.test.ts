// Borders of sites: what firewalls, address translators and proxies let pass, and the matrix that tells it beforehand.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FILTERED } from '../../models/network/fate.ts';
import { Gates } from '../../models/network/gates.ts';
import { Nodes } from '../../models/node/nodes.ts';
import { gatesOf, placeBorders } from '../../models/reach/build.ts';
import { gateOf } from '../../models/reach/gates.ts';
import { type Reach, reach } from '../../models/reach/matrix.ts';
import { type Border, daemons, type Rules } from '../../models/reach/spec.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { scenarioRun } from './scenario-run.ts';

const TIMEOUT = MINUTE;
const none: Rules = [];
const web: Rules = [{ protocol: 'tcp', from: 80, to: 80 }];
const ours: Rules = [{ protocol: 'udp', from: 4000, to: 4010 }];

const firewall = (inward: Rules = none, out: Rules = 'all'): Border => ({
  kind: 'firewall',
  in: inward,
  out,
  timeout: TIMEOUT,
});
const nat = (
  filtering: 'independent' | 'address' | 'address-and-port' = 'address-and-port',
  mapping: 'independent' | 'dependent' = 'independent',
  inward: Rules = none,
): Border => ({ kind: 'nat', mapping, filtering, timeout: TIMEOUT, in: inward });
const proxy = (carries: Rules = none): Border => ({
  kind: 'proxy',
  carries,
  timeout: TIMEOUT,
  delay: 5 * MILLISECOND,
});

/** Hosts 0 and 1 on two nodes of their own behind two borders; host 2 beside host 0, host 3 beside host 1. */
function between(first: Border | undefined, second: Border | undefined) {
  const neighbours = { transportOf: [daemons, daemons, daemons, daemons], nodeOf: [0, 1, 0, 1] };
  const [here, there] = [first, second].map(border => border && gateOf(border, neighbours));
  const gates = new Gates([here, there, here, there]);
  return (from: number, to: number, now: number): boolean =>
    gates.leave(from, to, now) && gates.enter(from, to, now) !== FILTERED;
}

const borders: readonly (Border | undefined)[] = [
  undefined,
  firewall(),
  firewall(ours),
  firewall(none, web),
  firewall('all', none),
  nat(),
  nat('independent'),
  nat('address', 'dependent'),
  nat('address-and-port', 'dependent', ours),
  proxy(),
  proxy(ours),
];
const aBorder = fc.constantFrom(...borders);

/** What happens: the first message alone, the answer to it, and both speaking at once after a while. */
function tried(first: Border | undefined, second: Border | undefined): Reach {
  if (between(first, second)(0, 1, 0)) return 'yes';
  if (between(first, second)(1, 0, 0)) return 'reply';
  const pass = between(first, second);
  for (let now = 0; now < 4; now += 2) {
    pass(0, 1, now);
    pass(1, 0, now + 1);
  }
  return pass(0, 1, 4) && pass(1, 0, 5) ? 'punch' : 'no';
}

describe('the matrix', () => {
  test('tells what then happens, whatever stands before whom', () => {
    fc.assert(
      fc.property(aBorder, aBorder, (first, second) => {
        const side = (border: Border | undefined) => ({ border, transport: daemons });
        expect(tried(first, second)).toBe(reach(side(first), side(second)));
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, Border | undefined, Border | undefined, Reach]>([
    ['open to open', undefined, undefined, 'yes'],
    ['into a firewall', undefined, firewall(), 'reply'],
    ['into a firewall that lets it in', undefined, firewall(ours), 'yes'],
    ['from behind an address translator', nat(), undefined, 'yes'],
    ['between two address translators', nat(), nat(), 'punch'],
    [
      'between two of which one maps for each endpoint anew',
      nat(),
      nat('address-and-port', 'dependent'),
      'no',
    ],
    ['past a proxy for the web', proxy(web), undefined, 'no'],
  ])('%s', (_name, first, second, expected) => {
    const side = (border: Border | undefined) => ({ border, transport: daemons });
    expect(reach(side(first), side(second))).toBe(expected);
  });
});

describe('a firewall', () => {
  test('lets answers pass until the timeout after the last packet of either side', () => {
    const pass = between(firewall(), undefined);
    expect(pass(1, 0, 0)).toBe(false);
    expect(pass(0, 1, SECOND)).toBe(true);
    expect(pass(1, 0, SECOND + TIMEOUT)).toBe(true);
    expect(pass(1, 0, SECOND + 2 * TIMEOUT)).toBe(true);
    expect(pass(1, 0, SECOND + 3 * TIMEOUT + 1)).toBe(false);
  });

  test('lets answers out that it would not let begin', () => {
    const pass = between(firewall(ours, none), undefined);
    expect(pass(0, 1, 0)).toBe(false);
    expect(pass(1, 0, 1)).toBe(true);
    expect(pass(0, 1, 2)).toBe(true);
  });
});

describe('an address translator', () => {
  test.each<['independent' | 'address' | 'address-and-port', boolean, boolean]>([
    ['independent', true, true],
    ['address', true, false],
    ['address-and-port', false, false],
  ])('that filters by %s', (filtering, sameNode, otherNode) => {
    const neighbours = { transportOf: [daemons, daemons, daemons, daemons], nodeOf: [0, 1, 1, 2] };
    const gate = gateOf(nat(filtering), neighbours);
    gate.out(0, 1, 0);
    expect(gate.in(1, 0, 1, false)).toBe(true);
    expect(gate.in(2, 0, 1, false)).toBe(sameNode);
    expect(gate.in(3, 0, 1, false)).toBe(otherNode);
  });

  test('is refreshed by what goes out alone (RFC 4787, REQ-6)', () => {
    const pass = between(nat(), undefined);
    pass(0, 1, 0);
    expect(pass(1, 0, TIMEOUT)).toBe(true);
    expect(pass(1, 0, TIMEOUT + 1)).toBe(false);
  });

  test('remembers no more than is open', () => {
    const gate = gateOf(nat(), { transportOf: [daemons], nodeOf: [] });
    for (let outside = 1; outside < 200_000; outside++) gate.out(0, outside, outside * SECOND);
    expect(gate.in(199_999, 0, 200_000 * SECOND, false)).toBe(true);
    expect(gate.in(199_000, 0, 200_000 * SECOND, false)).toBe(false);
  });
});

describe('borders of a testbed', () => {
  const site = (name: string) => ({ name, class: 'edge', nodes: 2 }) as const;
  const nodes = () => new Nodes([site('a'), site('b'), site('c')]);
  const at = (name: string) => ({ kind: 'name', name }) as const;

  test('are a gate for each site: whoever stands behind the same does not cross it', () => {
    const testbed = nodes();
    const specs = [{ nodes: { kind: 'all' }, border: firewall() }] as const;
    const hosts = { transportOf: Array(6).fill(daemons), nodeOf: [0, 1, 2, 3, 4, 5] };
    const gates = gatesOf(specs, placeBorders(specs, testbed, 's'), testbed, hosts)!;
    const pass = (from: number, to: number) => gates.leave(from, to, 0) && gates.enter(from, to, 0) >= 0;
    expect(pass(0, 1)).toBe(true);
    expect(pass(0, 2)).toBe(false);
  });

  test('two round one node are refused', () => {
    const specs = [
      { nodes: at('a'), border: firewall() },
      { nodes: at('a-2'), border: nat() },
    ];
    expect(() => placeBorders(specs, nodes(), 's')).toThrow(
      'borders.1.nodes: found a-2, which stands behind borders.0 too, expected each node behind one border at most',
    );
  });
});

describe('in a run', () => {
  const run = (borders: string, more = '') => {
    const { run, ledger } = scenarioRun(
      `duration: 10m\ntopology: { generate: { sites: 6, nodesPerSite: 1 } }\nborders: ${borders}\nslices:\n  p: { ${more}run: { protocol: ping, every: 2s }, start: { over: 0s } }`,
    );
    run.advance(10 * MINUTE);
    const answered = ledger('p').sample('answered');
    return {
      share: answered.reduce((sum, one) => sum + one, 0) / answered.length,
      filtered: ledger('network').count('dropped.filtered'),
      rtt: ledger('p').sample('rtt'),
    };
  };

  test('sites that let nothing pass in or out reach nobody, and what was dropped is counted', () => {
    const { share, filtered } = run('[{ nodes: all, firewall: { out: none } }]');
    expect(share).toBe(0);
    expect(filtered).toBeGreaterThan(1500);
  });

  test('a rule for the port of the slice lets it pass, one for another port does not', () => {
    const rule = (port: number) => `[{ nodes: all, firewall: { in: [udp ${port}] } }]`;
    expect(run(rule(4000)).share).toBe(1);
    expect(run(rule(4001), 'transport: udp 4001, ').share).toBe(1);
    // Those that speak at once punch holes, so it is not nothing.
    expect(run(rule(4001)).filtered).toBeGreaterThan(0);
  });

  test('a proxy takes its time, each way', () => {
    const open = run('[]').rtt;
    const proxied = run('[{ nodes: site-1, proxy: { carries: [udp 4000], delay: 50ms } }]').rtt;
    expect(proxied.length).toBeLessThan(open.length);
    // No jitter: each pair has one round trip, which is the same as without or longer by twice 50 ms.
    const longer = [...new Set(proxied)].filter(rtt => !open.includes(rtt));
    expect(longer.length).toBeGreaterThan(0);
    for (const rtt of longer) expect(open).toContain(rtt - 100 * MILLISECOND);
  });
});
