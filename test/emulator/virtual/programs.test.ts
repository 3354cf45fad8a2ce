// What programs do on simulated hosts: timers, names, files, exits, and all the ways to go wrong.
import { beforeAll, describe, expect, test } from 'vitest';
import type { ServiceBundle } from '../../../emulator/service/bundle.ts';
import { bundled, type Exit, type Happened, linesOf, runWorld, serviceFile, type World } from './world.ts';

let behaviours: ServiceBundle;

beforeAll(async () => {
  behaviours = await bundled('behaviours.cjs');
});

/** One host a behaviour, and `beta`, which beats every half second. */
function world(names: readonly string[], more: Partial<World> = {}): Promise<Happened> {
  const hosts = names.map(name => ({ name: name.replace(':', '-'), service: 0, args: name.split(':') }));
  const beta = { name: 'beta', service: 0, args: ['beats'] };
  return runWorld({ services: [behaviours], hosts: [...hosts, beta], until: 5e9, patience: 1000, ...more });
}

async function said(name: string, more: Partial<World> = {}): Promise<string[]> {
  return linesOf(await world([name], more), name);
}

function exitOf({ exits }: Happened, host: string): Exit | undefined {
  return exits.find(exit => exit.host === host);
}

describe('a program', () => {
  test('gets its timers at their exact times', async () => {
    expect(await said('timers')).toEqual([
      'tick, promise, immediate, timeout 0',
      'beat 10',
      'beat 20',
      'beat 30',
      'value 33',
      'refreshed 70',
      'TimeoutError 77',
    ]);
  });

  test('resolves the scenario’s names, each query in a millisecond', async () => {
    expect(await said('dns')).toEqual([
      '[{"address":"10.0.0.2","family":4},{"address":"fd70:6574:7269::2","family":6}] 1',
      "[ '10.0.0.2' ] [ 'fd70:6574:7269::2' ]",
      "[ 'test.beta', 'beta' ]",
      'ENOTFOUND getaddrinfo',
      'ENOTFOUND',
      'ENODATA',
      '127.0.0.1 test.dns',
    ]);
  });

  test('has a disk that outlives it, over the files of its package', async () => {
    const acts = [{ at: 1e9, host: 0, what: 'restart' } as const];
    const lines = await said('files', { acts });
    expect(lines).toEqual([
      'run 1 /app asset',
      'false app home tmp var',
      'promised 1',
      'run 2 /app asset',
      'false app home tmp var',
      'promised 2',
    ]);
  });

  test('has arguments, environment and a file name of its own', async () => {
    const [line] = await said('main');
    const file = '/app/test/emulator/virtual/services/behaviours.cjs';
    expect(line).toBe(`true /usr/bin/node ${file} main undefined ${file}`);
  });

  test('keeps its asynchronous context through everything that ends later', async () => {
    expect((await said('context')).toSorted()).toEqual([
      'crypto mine',
      'dns mine',
      'fs mine',
      'immediate mine',
      'net mine',
      'outside undefined',
      'timer mine',
      'zlib mine',
    ]);
  });

  test('has message channels within itself', async () => {
    expect(await said('channel')).toEqual(['message {"a":[1]}']);
  });

  test('has its own globals, as bare names too', async () => {
    const happened = await world(['globals:first', 'globals:second']);
    expect(linesOf(happened, 'globals-first')).toEqual(['first first true']);
    expect(linesOf(happened, 'globals-second')).toEqual(['second second false']);
  });

  test('sees time go on while it waits by looking at the clock', async () => {
    expect(await said('waits')).toEqual(['waited 20', 'then 30']);
  });

  test('gives up on a client that does not send its headers, by virtual time', async () => {
    // Node's limit is 60 s, looked at every 30.
    expect(await said('slow', { until: 200e9 })).toEqual(['HTTP/1.1 408 Request Timeout 90']);
  });
});

describe('the end of a program', () => {
  test('process.exit ends it there and tells its listeners', async () => {
    const happened = await world(['exit']);
    expect(linesOf(happened, 'exit')).toEqual(['tick 100', 'tick 200', 'leaving with 3']);
    expect(exitOf(happened, 'exit')).toMatchObject({ time: 250e6, code: 3, error: undefined });
  });

  test('is reached when nothing is left to do, and not before', async () => {
    expect(exitOf(await world(['timers']), 'timers')).toMatchObject({ time: 80e6, code: 0 });
  });

  test('an uncaught exception names the file and line of the service', async () => {
    const happened = await world(['crash', 'reject']);
    const crash = exitOf(happened, 'crash')!;
    expect(crash).toMatchObject({ time: 100e6, code: 1 });
    expect(crash.error).toMatch(/^TypeError: Cannot read properties of null \(reading 'x'\)\n/);
    expect(crash.error).toContain(`planted [as _onTimeout] (${serviceFile('behaviours.cjs')}:`);
    expect(crash.error).not.toContain('/dist/');
    expect(exitOf(happened, 'reject')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^Error: rejected\n/),
    });
  });

  test('what it catches itself is its own affair', async () => {
    const happened = await world(['catches']);
    expect(linesOf(happened, 'catches')).toEqual([
      'in a timer uncaughtException',
      'in a tick uncaughtException',
      'rejection in a promise',
      'alive',
    ]);
    expect(exitOf(happened, 'catches')).toMatchObject({ code: 0 });
  });

  test('a signal is told to it where it listens, and else ends it', async () => {
    const acts = [0, 1].map(host => ({ at: 1e9, host, what: 'term' }) as const);
    const happened = await world(['term', 'files'], { acts });
    expect(linesOf(happened, 'term')).toEqual(['got SIGTERM']);
    expect(exitOf(happened, 'term')).toMatchObject({ time: 1e9, code: 0 });
    expect(exitOf(happened, 'files')).toMatchObject({ time: 1e9, signal: 'SIGTERM' });
  });

  test.each(['hang', 'hangInPromise', 'hangInTick'])(
    'a loop without end (%s) is found, and the others go on',
    async name => {
      const happened = await world([name]);
      expect(exitOf(happened, name)).toMatchObject({
        time: 100e6,
        error: expect.stringContaining('come to rest'),
      });
      expect(linesOf(happened, name)).toEqual([]);
      expect(linesOf(happened, 'beta').map(line => line.slice(0, 5))).toEqual(new Array(10).fill('alive'));
    },
  );
});

describe('what a host in virtual time does not have', () => {
  test('is refused at its first use: by name, with who asked, and what to do', async () => {
    const services = [await bundled('unsupported.cjs')];
    expect(services[0].warnings.join('\n')).toMatch(
      /missing\.node is a native add-on[\s\S]*require\(\) is computed/,
    );
    const happened = await runWorld({ services, hosts: [{ name: 'a', service: 0 }], until: 1e9 });
    const lines = linesOf(happened, 'a');
    const refused = lines.filter(line => line.includes(' ERR_VIRTUAL_UNSUPPORTED '));
    const uses = 'spawn worker fork addOn dlopen binding watch pipe inspector repl context broadcast atomics';
    expect(refused.map(line => line.split(' ')[0])).toEqual(uses.split(' '));
    for (const line of refused) {
      expect(line).toContain(`(asked for by ${serviceFile('unsupported.cjs')})`);
      expect(line).toContain('(run.substitute)');
    }
    expect(lines.at(-1)).toBe('computed MODULE_NOT_FOUND');
  });

  test('may be substituted', async () => {
    const substitute = { child_process: serviceFile('substitute.cjs') };
    const services = [await bundled('substituted.cjs', { substitute })];
    const happened = await runWorld({ services, hosts: [{ name: 'a', service: 0 }], until: 1e9 });
    expect(linesOf(happened, 'a')).toEqual(['spawned ls']);
  });
});

test('a service in TypeScript that awaits at its top level runs, and its stacks are in its own file', async () => {
  const services = [await bundled('typed.ts')];
  const happened = await runWorld({ services, hosts: [{ name: 'a', service: 0 }], until: 1e9 });
  expect(linesOf(happened, 'a')[0]).toBe('25 asset late /app/test/emulator/virtual/services');
  expect(happened.exits[0]).toMatchObject({ time: 35e6, code: 1 });
  expect(happened.exits[0].error).toMatch(/^RangeError: planted: asset\n/);
  expect(happened.exits[0].error).toContain(`at fail (${serviceFile('typed.ts')}:15:9)`);
  expect(happened.exits[0].error).toContain(`${serviceFile('typed.ts')}:18:18`);
});
