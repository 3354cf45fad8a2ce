// Programs in hosts: what starts when, what becomes of what ends, what faults do, and that nothing stays.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { needs } from './ability.ts';
import { processesWith, root, Stage, sh } from './stage.ts';

const forever = sh('exec sleep 1000');

/** Bit of a capability set, <linux/capability.h>. */
const CAP_NET_RAW = 13n;

/** A program that takes TCP connections at a port, from so many milliseconds after its start on. */
const server = (port: number, delay: number, options = "'0.0.0.0'") =>
  [
    process.execPath,
    '-e',
    `setTimeout(() => require('net').createServer().listen({ port: ${port}, host: ${options} }), ${delay})`,
  ] as const;

describe('programs in hosts', () => {
  beforeEach(ctx => needs(ctx));

  test('a program finds little around it, and that is its host', () =>
    Stage.run(
      [{ argv: sh('hostname; pwd; env; echo $$; readlink /proc/self; cat'), env: { A: 'b c' } }],
      async stage => {
        await stage.exits(1);
        const [hostname, directory, ...rest] = stage.lines(0);
        const [self, shell] = [rest.pop(), rest.pop()];
        expect([hostname, directory]).toEqual(['test.node0', `${stage.folder}/host-0`]);
        const variables = rest.filter(line => !line.startsWith('_=') && !line.startsWith('PWD='));
        expect(variables.map(line => line.split('=')[0]).sort()).toEqual([
          'A',
          'HOME',
          'HOSTNAME',
          'LANG',
          'PATH',
        ]);
        expect(variables).toContain('A=b c');
        // Its numbers of processes are those of its own /proc.
        expect(Number(self)).toBeGreaterThan(1);
        expect(Number(self)).toBeLessThan(Number(shell) + 10);
      },
    ));

  test('one that may not open raw sockets cannot, nor whatever it starts', () => {
    const look = sh(
      'sh -c "grep ^CapEff: /proc/self/status; ping -q -c 1 127.0.0.1 >/dev/null && echo answered"',
    );
    const mayRaw = (line = '') => (BigInt(`0x${line.split('\t')[1]}`) >> CAP_NET_RAW) & 1n;
    return Stage.run([{ argv: look, raw: false }, { argv: look }], async stage => {
      await stage.exits(2);
      expect([0, 1].map(host => mayRaw(stage.lines(host)[0]))).toEqual([0n, 1n]);
      expect([0, 1].map(host => stage.lines(host)[1])).toEqual([undefined, 'answered']);
    });
  });

  test('slices start after those that they need are ready', () =>
    Stage.run(
      [
        { slice: 'web', argv: forever, after: ['db', 'queue'] },
        { slice: 'db', argv: server(5432, 200), ready: { kind: 'port', port: 5432, within: 20e9 } },
        {
          slice: 'queue',
          argv: sh('sleep 0.3; echo now serving >&2; exec sleep 1000'),
          ready: { kind: 'line', line: 'serving', within: 20e9 },
        },
        { slice: 'late', argv: forever, ready: { kind: 'time', time: 400e6 }, startAt: 300e6 },
      ],
      async stage => {
        await stage.until(() => stage.programs.ready);
        const place = (what: string, host: number) =>
          stage.happened.findIndex(event => event.what === what && event.host === host);
        expect(place('started', 0)).toBeGreaterThan(place('ready', 1));
        expect(place('started', 0)).toBeGreaterThan(place('ready', 2));
        expect(place('started', 3)).toBeGreaterThan(place('started', 2));
        expect(stage.programs.now()).toBeGreaterThanOrEqual(700e6);
        expect(stage.errors).toEqual([]);
      },
    ));

  test('a port that only IPv6 reaches counts', () =>
    Stage.run(
      [
        {
          argv: server(80, 0, "'::', ipv6Only: true"),
          ready: { kind: 'port', port: 80, within: 20e9 },
        },
      ],
      async stage => stage.until(() => stage.programs.ready),
    ));

  test('a port that never answers is an error with all that helps', () =>
    Stage.run(
      [
        {
          argv: sh('echo opening nothing; exec sleep 1000'),
          ready: { kind: 'port', port: 80, within: 300e6 },
        },
      ],
      async stage =>
        expect(await stage.error()).toBe(
          'test@node0: sh -c echo opening nothing; exec sleep 1000: 300ms passed before its TCP port 80 answered, and last said:\n  opening nothing',
        ),
    ));

  test('a program that dies at once is an error with its status and last words', () =>
    Stage.run([{ argv: sh('echo started; echo no such key: x >&2; exit 3') }], async stage => {
      const error = await stage.error();
      expect(error).toMatch(
        /^test@node0: sh -c .*: ended with status 3 after [\d.]+ms, and last said:\n {2}no such key: x$/s,
      );
    }));

  test('a program that a signal ends before it is ready is an error, one that has done its work is not', async () => {
    const ready = { kind: 'line', line: 'never', within: 20e9 } as const;
    await Stage.run([{ argv: sh('kill -9 $$'), ready }], async stage =>
      expect(await stage.error()).toMatch(/ended by SIGKILL after .*, before it printed "never"/),
    );
    await Stage.run([{ argv: sh('exit 0'), ready: { kind: 'time', time: 10e9 } }], async stage => {
      await stage.until(() => stage.programs.ready);
      expect([stage.programs.state(0), stage.errors]).toEqual(['ended', []]);
    });
  });

  test('what cannot be executed is found before anything starts', async () => {
    const errorOf = (...argv: [string, ...string[]]) =>
      Stage.make([{ argv: forever }, { argv }]).then(
        () => 'none',
        (error: Error) => error.message,
      );
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    expect(await errorOf('no-such-command', 'x')).toBe(
      `test@node1: there is no command no-such-command in ${path}`,
    );
    expect(await errorOf('/no/such')).toBe('test@node1: the command /no/such does not exist');
    expect(await errorOf('/etc/passwd')).toBe(
      'test@node1: the command /etc/passwd may not be executed (chmod +x)',
    );
    expect(await errorOf('/etc')).toBe('test@node1: the command /etc is a folder');
    expect(await errorOf('./here')).toBe('test@node1: the command ./here is not an absolute name');
  });

  test('who fails is started again, after a second and after two; who ends well is not', () =>
    Stage.run(
      [
        { argv: sh('exit 1'), restart: 'on-failure' },
        { argv: sh('exit 0'), restart: 'on-failure' },
        { argv: sh('exit 0'), restart: 'always' },
      ],
      async stage => {
        await stage.until(() => stage.programs.restarts(0) === 2);
        const { exits } = stage.programs;
        const times = exits.filter(({ host }) => host === 0).map(({ at }) => at);
        expect(times[1] - times[0]).toBeGreaterThanOrEqual(1e9);
        expect(stage.programs.now() - times[1]).toBeGreaterThanOrEqual(2e9);
        expect(exits.filter(({ host }) => host === 1)).toHaveLength(1);
        expect(stage.programs.restarts(2)).toBeGreaterThanOrEqual(1);
        expect(stage.errors).toEqual([]);
      },
    ));

  test('ends are told: statuses, signals, and who ended what', () =>
    Stage.run(
      [{ argv: sh('sleep 1.2; exit 7') }, { argv: sh('sleep 1.2; kill -TERM $$') }, { argv: forever }],
      async stage => {
        await stage.exits(2);
        await stage.programs.stop();
        const ends = stage.programs.exits.map(({ host, status, signal, by }) => [host, status, signal, by]);
        expect(ends.sort()).toEqual([
          [0, 7, undefined, 'itself'],
          [1, undefined, 'SIGTERM', 'itself'],
          [2, undefined, 'SIGTERM', 'run'],
        ]);
      },
    ));

  test('a crash takes daemons along; a restart begins anew', () =>
    Stage.run(
      [
        {
          argv: sh('(setsid sh -c "while :; do sleep 0.05; done" &) ; echo up; exec sleep 1000'),
          env: { MARK: 'crash-test' },
          restart: 'always',
          ready: { kind: 'line', line: 'up', within: 20e9 },
        },
        { argv: forever, env: { MARK: 'crash-other' } },
      ],
      async stage => {
        await stage.until(() => stage.programs.ready);
        expect(processesWith('MARK=crash-test').length).toBeGreaterThanOrEqual(2);
        stage.programs.crash(0);
        await stage.exits(1);
        await stage.until(() => processesWith('MARK=crash-test').length === 0);
        expect(stage.programs.exits[0]).toMatchObject({ host: 0, signal: 'SIGKILL', by: 'fault' });
        // Its policy does not bring it back.
        await wait(1200);
        expect([stage.programs.state(0), stage.programs.pid(0)]).toEqual(['crashed', undefined]);
        stage.programs.restart(0);
        await stage.until(() => stage.programs.state(0) === 'ready');
        expect(stage.lines(0)).toEqual(['up', 'up']);
        expect(processesWith('MARK=crash-other')).toHaveLength(1);
      },
    ));

  test('a host that is held does nothing, and goes on where it was', () =>
    Stage.run([{ argv: sh('i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done') }], async stage => {
      await stage.until(() => stage.lines(0).length > 3);
      stage.programs.pause(0);
      await wait(50);
      const before = stage.lines(0).length;
      await wait(300);
      expect([stage.lines(0).length, stage.programs.state(0)]).toEqual([before, 'paused']);
      stage.programs.resume(0);
      await stage.until(() => stage.lines(0).length > before + 3);
      expect(stage.lines(0)).toEqual(stage.lines(0).map((_, index) => String(index + 1)));
    }));

  test('lines of JSON are told, those printed last too', () =>
    Stage.run(
      [
        {
          argv: sh(
            'echo text; echo \'{"metric":"a"}\'; trap \'echo "{}"; exit\' TERM; while :; do sleep 0.01; done',
          ),
        },
      ],
      async stage => {
        await stage.until(() => stage.json.length === 1);
        await stage.programs.stop();
        expect(stage.json).toEqual([
          [0, '{"metric":"a"}'],
          [0, '{}'],
        ]);
      },
    ));

  test('programs may end as they like, but end', async () => {
    const mark = `MARK=stop-${process.pid}`;
    const env = { MARK: `stop-${process.pid}` };
    await Stage.run(
      [
        { argv: sh('trap "echo bye; exit 4" TERM; echo up; while :; do sleep 0.01; done'), env },
        { argv: sh('trap "" TERM; echo up; while :; do sleep 0.01; done'), env },
        { argv: sh('(setsid sh -c \'trap "" TERM; sleep 1000\' &); echo up; exec sleep 1000'), env },
      ],
      async stage => {
        await stage.until(() => [0, 1, 2].every(host => stage.lines(host).length > 0));
        stage.programs.pause(2);
        await stage.programs.stop();
        expect(stage.output(0)).toBe('up\nbye\n');
        const ends = stage.programs.exits.map(({ host, status, signal }) => [host, status ?? signal]);
        expect(ends.sort()).toEqual([
          [0, 4],
          [1, 'SIGKILL'],
          [2, 'SIGTERM'],
        ]);
      },
      300,
    );
    expect(processesWith(mark)).toEqual([]);
  });

  test('how long programs wait for a processor shows when there are too many', async () => {
    const waiting = (programs: number, script: string) =>
      Stage.run(
        Array.from({ length: programs }, () => ({ argv: sh(script) })),
        async stage => {
          await stage.until(() => (stage.programs.report().waiting?.samples ?? 0) >= programs);
          return stage.programs.report().waiting!;
        },
      );
    const busy = await waiting(4 * availableParallelism(), 'while :; do :; done');
    // Each has a quarter of a core at most.
    expect(busy.p50).toBeGreaterThan(0.5);
    expect(busy.max).toBeLessThanOrEqual(1);
    expect((await waiting(4, 'exec sleep 1000')).p50).toBeLessThan(0.1);
  });
});

describe('shares of programs', () => {
  beforeEach(ctx => {
    needs(ctx);
    if (!root) ctx.skip('control groups are for root');
  });

  const used = (pid: number) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
    // User and system time, in hundredths of a second.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };

  test('a program gets its share of a core and no more', () =>
    Stage.run([{ argv: sh('while :; do :; done'), share: { cpu: 0.1, memory: Infinity } }], async stage => {
      await stage.until(() => stage.programs.pid(0) !== undefined);
      const [start, from] = [performance.now(), used(stage.programs.pid(0)!)];
      await wait(1500);
      const cores = (used(stage.programs.pid(0)!) - from) / ((performance.now() - start) / 1000);
      // A period's quota more, and the clock's tick.
      expect(cores).toBeLessThan(0.1 + 0.1 / 1.5 + 0.02);
    }));

  test('a program that takes more memory than its share is killed, and that is told', () =>
    Stage.run(
      [
        { argv: sh('sleep 1.1; exec tail /dev/zero'), share: { cpu: Infinity, memory: 32 << 20 } },
        { argv: sh('sleep 1.1; kill -9 $$'), share: { cpu: Infinity, memory: 32 << 20 } },
      ],
      async stage => {
        const exits = await stage.exits(2);
        const of = (host: number) => exits.find(exit => exit.host === host);
        expect(of(0)).toMatchObject({ signal: 'SIGKILL', by: 'memory' });
        expect(of(1)).toMatchObject({ signal: 'SIGKILL', by: 'itself' });
      },
    ));

  test('a share that the kernel cannot hold a program to is an error', async () => {
    const made = Stage.make([{ argv: forever, share: { cpu: 1e-4, memory: Infinity } }]);
    await expect(made).rejects.toThrow(
      'test@node0: a share of 0.0001 cores is less than the kernel can hold it to',
    );
  });
});
