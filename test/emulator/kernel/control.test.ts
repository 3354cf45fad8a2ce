// The control socket of a run: who is asked, what is answered, and what whoever asks wrongly is told.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planHosts } from '../../../emulator/host-plan.ts';
import { findRun as find } from '../../../emulator/kernel/control/client.ts';
import { findHost } from '../../../emulator/kernel/control/host-lookup.ts';
import type { Capture, CapturedFrame, ControlHandlers } from '../../../emulator/kernel/control/protocol.ts';
import { RunState } from '../../../emulator/kernel/control/run-state.ts';
import { ControlServer } from '../../../emulator/kernel/control/server.ts';

const plans = planHosts(['dht@mit-1', 'dht@cern-1', 'web@mit-1']);
const before = process.env.XDG_RUNTIME_DIR;
const noJanitor = { removeFiles: () => undefined, removeEmpty: () => undefined };
const closing: (() => Promise<void>)[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-control-'));
  process.env.XDG_RUNTIME_DIR = folder;
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
});

const handlers: ControlHandlers = {
  status: () => ({
    scenario: 'small',
    pid: process.pid,
    startedAt: 1e12,
    left: undefined,
    hosts: plans.length,
    directory: folder,
  }),
  hosts: () => plans.map(plan => ({ ...plan, state: 'ready', pid: 1, restarts: 0 })),
  enter: host => ({
    net: `net${host}`,
    uts: 'uts',
    mount: 'mount',
    pid: 'pid',
    user: 'user',
    directory: '/',
    env: {},
  }),
  logs: host => ({ stdout: `stdout${host}`, stderr: `stderr${host}` }),
  fault: text => {
    if (text === 'crash all') return 'crashed 3 nodes';
    throw new Error(`no fault "${text}"`);
  },
  down: () => undefined,
  capture: () => () => undefined,
};

/** A run that is up until the end of the test. */
function up(scenario: string, change: Partial<ControlHandlers> = {}): RunState {
  const state = new RunState(scenario, noJanitor);
  const server = new ControlServer(state.socket, plans, { ...handlers, ...change });
  closing.push(async () => {
    await server.close();
    state.close();
  });
  return state;
}

/** Others of this user's may be up. */
const findRun = (name: string | undefined) => find(name, [join(folder, 'petri')]);

const errorOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: Error) => error.message,
  );

describe('the control socket', () => {
  test('answers what it is asked', async () => {
    up('small');
    const client = await findRun(undefined);
    expect(await client.ask('status', {})).toEqual(JSON.parse(JSON.stringify(handlers.status())));
    expect(await client.ask('hosts', {})).toMatchObject(plans);
    expect(await client.ask('logs', { host: 'web@mit-1' })).toEqual({ stdout: 'stdout2', stderr: 'stderr2' });
    expect(await client.ask('enter', { host: '10.0.0.2' })).toMatchObject({ net: 'net1' });
    expect(await client.ask('fault', { text: 'crash all' })).toBe('crashed 3 nodes');
  });

  test('is open to its user alone, and gone with the run', async () => {
    const state = up('small');
    expect(statSync(dirname(state.socket)).mode & 0o777).toBe(0o700);
    expect(statSync(dirname(dirname(state.socket))).mode & 0o777).toBe(0o700);
    await closing.pop()!();
    expect(existsSync(dirname(dirname(state.socket)))).toBe(false);
  });

  test('passes the reason on where the answer is no', async () => {
    up('small');
    const client = await findRun(undefined);
    expect(await errorOf(client.ask('fault', { text: 'crash none' }))).toBe('no fault "crash none"');
    expect(await errorOf(client.ask('logs', { host: 'dht@mit1' }))).toBe(
      'no host "dht@mit1" (did you mean "dht@mit-1"?)',
    );
  });

  test('survives whoever does not speak its language, and who hangs up', async () => {
    const { socket } = up('small');
    const say = (text: string) =>
      new Promise<string>(resolve => {
        let heard = '';
        const connection = createConnection(socket).setEncoding('utf8');
        connection.on('data', more => {
          heard += more;
        });
        connection.on('close', () => resolve(heard)).on('error', () => resolve(heard));
        connection.write(text);
      });
    expect(await say('hello\n')).toMatch(/^{"error":".*JSON/);
    expect(await say('null\n')).toMatch(/^{"error":/);
    expect(await say('{"topic":"tea"}\n')).toBe('{"error":"this run does not know \\"tea\\""}\n');
    expect(await say('{"topic":"logs","host":3}\n')).toMatch(/^{"error":"no host \\"3\\"/);
    expect(await say('x'.repeat(100_000))).toMatch(/^{"error":/);
    createConnection(socket).destroy();
    expect(await (await findRun(undefined)).ask('fault', { text: 'crash all' })).toBe('crashed 3 nodes');
  });

  test('streams packets until the client has enough', async () => {
    let send: (frame: CapturedFrame) => void = () => undefined;
    let stopped = false;
    up('small', {
      capture: (host, frame) => {
        expect(host).toBe(1);
        send = frame;
        return () => {
          stopped = true;
        };
      },
    });
    const client = await findRun('small');
    const stop = new AbortController();
    const frames: CapturedFrame[] = [];
    const begun: Capture[] = [];
    const capture = client.capture(
      'dht.cern-1',
      stop.signal,
      capture => {
        begun.push(capture);
        for (let index = 0; index < 100; index++) {
          send({
            time: index + 2 ** 52,
            direction: index % 2 === 0 ? 'in' : 'out',
            bytes: Uint8Array.of(0x45, index),
          });
        }
      },
      (frame, lost) => {
        expect(lost).toBe(0);
        frames.push(frame);
        if (frames.length === 100) stop.abort();
      },
    );
    await capture;
    expect(begun).toEqual([{ host: 'dht@cern-1', startedAt: 1e12 }]);
    expect(frames.map(({ bytes }) => bytes[1])).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(frames[99]).toMatchObject({ time: 99 + 2 ** 52, direction: 'out' });
    while (!stopped) await wait(5);
  });

  test('a client that does not read loses packets, and the run no memory', async () => {
    let send: (frame: CapturedFrame) => void = () => undefined;
    const { socket } = up('small', {
      capture: (_host, frame) => {
        send = frame;
        return () => undefined;
      },
    });
    const connection = createConnection(socket);
    connection.write('{"topic":"capture","host":"dht@mit-1"}\n');
    await new Promise(resolve => connection.once('data', resolve));
    connection.pause();
    const memory = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const bytes = new Uint8Array(1500);
    for (let count = 0; count < 50_000; count++) send({ time: count, direction: 'in', bytes });
    await wait(10);
    const more = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - memory;
    // 50 000 packets are 100 MB in base64.
    expect(more).toBeLessThan(50e6);
    connection.destroy();
  });

  test('to end a run is to wait until it is gone', async () => {
    const state = up('small', {
      down: () => {
        setTimeout(() => void closing.pop()!(), 100);
      },
    });
    await (await findRun(undefined)).down();
    expect(existsSync(state.socket)).toBe(false);
  });
});

describe('finding the run that is meant', () => {
  test('none is up', async () => {
    expect(await errorOf(findRun(undefined))).toBe(
      'no run is up: start one with petri up or petri run --mode emulate',
    );
  });

  test('several are up', async () => {
    const names = ['one', 'two', 'two b'].map(name => up(name).name);
    expect(names[2]).toBe(`two-b-${process.pid}`);
    const error = await errorOf(findRun(undefined));
    expect(error).toMatch(/^several runs are up: say which with --run, one of /);
    for (const name of names) expect(error).toContain(name);
    expect((await findRun('two')).run).toBe(names[1]);
    expect((await findRun(names[0])).run).toBe(names[0]);
    expect(await errorOf(findRun('three'))).toMatch(/^no run "three" is up; up: one-/);
  });

  test('what a killed run has left is none', async () => {
    const state = new RunState('dead', noJanitor);
    mkdirSync(join(folder, 'petri', 'no-socket'));
    const server = createConnection(state.socket);
    await new Promise(resolve => server.once('error', resolve));
    expect(await errorOf(findRun(undefined))).toMatch(/^no run is up/);
    const alive = up('alive');
    expect((await findRun(undefined)).run).toBe(alive.name);
  });
});

describe('finding the host that is meant', () => {
  test('by each of its names and addresses', () => {
    for (const [index, { name, hostname, aliases, ipv4, ipv6 }] of plans.entries()) {
      for (const text of [name, hostname, ...aliases, ipv4, ipv6]) expect(findHost(text, plans)).toBe(index);
    }
    expect(findHost('mit-1', plans)).toBe(0);
  });

  test('the nearest name is suggested, if it is near', () => {
    expect(() => findHost('web@mit', plans)).toThrow('no host "web@mit" (did you mean "web@mit-1"?)');
    expect(() => findHost('printer.example.org', plans)).toThrow(
      'no host "printer.example.org" (see petri hosts)',
    );
    expect(() => findHost('a@b', [])).toThrow('no host "a@b": the run has none');
  });
});
