// `node dist/bench/switch.js`: the packet switch beside the same loop in C, in turns; then what offload and load give.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { planHosts } from '../emulator/host-plan.ts';
import { quantiles } from '../emulator/kernel/histogram.ts';
import { KernelHosts } from '../emulator/kernel/hosts.ts';
import { utilisation } from '../emulator/kernel/report.ts';
import { plainTable } from '../results/table.ts';
import { MILLISECOND } from '../sim/time.ts';
import { Emulation } from '../test/emulator/kernel/emulation.ts';

const ROUNDS = 5;
const SECONDS = 2;
const DELAY = 10_000;
/** Beside the sources, of which the build leaves C out. */
const SOURCE = [new URL('switch.c', import.meta.url), new URL('../../bench/switch.c', import.meta.url)];

const folder = mkdtempSync(join(tmpdir(), 'petri-bench-'));
const yardstick = join(folder, 'switch');

/** What a load comes to, measured between hosts 0 and 1. */
type Load = (hosts: KernelHosts) => Promise<number>;

function run(hosts: KernelHosts, host: number, command: string, args: readonly string[]): Promise<string> {
  const child = hosts.inside(host, () => spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise(resolve => child.once('close', () => resolve(output)));
}

/** Packets that a host has received. */
function received(hosts: KernelHosts, host: number): number {
  const table = hosts.inside(host, () => readFileSync('/proc/thread-self/net/dev', 'latin1'));
  return Number(/eth0:\s*\d+\s+(\d+)/.exec(table)?.[1]);
}

/** Thousands of packets a second. */
const flood: Load = async hosts => {
  const before = received(hosts, 1);
  const sink = run(hosts, 1, yardstick, ['sink', String(SECONDS + 0.2)]);
  await run(hosts, 0, yardstick, ['flood', '10.0.0.2', String(SECONDS)]);
  await sink;
  return (received(hosts, 1) - before) / SECONDS / 1e3;
};

/** Mbit/s. */
const tcp: Load = async hosts => {
  const server = run(hosts, 1, 'iperf3', ['-s', '-1']);
  await wait(300);
  const output = await run(hosts, 0, 'iperf3', ['-J', '-c', '10.0.0.2', '-t', String(SECONDS)]);
  await server;
  const { end } = JSON.parse(output) as { end: { sum_received: { bits_per_second: number } } };
  return end.sum_received.bits_per_second / 1e6;
};

async function bySwitch(load: Load, offload: boolean): Promise<number> {
  const emulation = await Emulation.start({ hosts: 2, delay: DELAY, offload });
  try {
    return await load(emulation.hosts);
  } finally {
    await emulation.end();
  }
}

async function byYardstick(load: Load): Promise<number> {
  const hosts = new KernelHosts(planHosts(['test@a', 'test@b']));
  const [a, b] = hosts.tunDescriptors;
  const args = ['switch', '3', '4', String(DELAY), String(SECONDS + 5)];
  const loop = spawn(yardstick, args, { stdio: ['ignore', 'ignore', 'inherit', a, b] });
  try {
    return await load(hosts);
  } finally {
    loop.kill('SIGKILL');
    hosts.close();
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function sideBySide(what: string, load: Load): Promise<string[]> {
  const [ours, theirs]: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await bySwitch(load, false));
    theirs.push(await byYardstick(load));
  }
  const ratios = ours.map((value, round) => value / theirs[round]);
  return [what, median(ours).toFixed(0), median(theirs).toFixed(0), median(ratios).toFixed(2)];
}

async function offloaded(): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await bySwitch(tcp, true));
  console.log(`One TCP flow with segmentation offload: ${(median(rates) / 1e3).toFixed(1)} Gbit/s\n`);
}

/** 20 000 packets a second on a path of 10 ms. */
async function underLoad(): Promise<void> {
  const emulation = await Emulation.start({ hosts: 2, delay: 10 * MILLISECOND });
  const server = run(emulation.hosts, 1, 'iperf3', ['-s', '-1']);
  await wait(300);
  const options = ['-u', '-l', '64', '-b', '10.24M', '--pacing-timer', '100', '-t', '5'];
  await emulation.report();
  await run(emulation.hosts, 0, 'iperf3', ['-c', '10.0.0.2', ...options]);
  await server;
  const { report } = await emulation.report();
  await emulation.end();
  const late = quantiles(report.lateness)!;
  const ms = (time: number) => (time / MILLISECOND).toFixed(3);
  console.log(
    `20 000 packets/s: late by p50 ${ms(late.p50)} ms, p99 ${ms(late.p99)} ms, p99.9 ${ms(late.p999)} ms, ` +
      `max ${ms(late.max)} ms; busy ${(100 * utilisation(report)).toFixed(0)} %\n`,
  );
}

async function manyHosts(): Promise<void> {
  const plans = planHosts(Array.from({ length: 1000 }, (_, index) => `test@node${index}`));
  const free = () => Number(/MemFree:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1]);
  const before = free();
  const started = performance.now();
  const hosts = new KernelHosts(plans);
  const up = performance.now() - started;
  const each = (before - free()) / plans.length;
  const closing = performance.now();
  hosts.close();
  const gone = performance.now() - closing;
  console.log(
    `1000 hosts: up in ${up.toFixed(0)} ms, gone in ${gone.toFixed(0)} ms, ${each.toFixed(0)} KiB each\n`,
  );
}

const source = SOURCE.map(url => fileURLToPath(url)).find(existsSync)!;
try {
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}\n`);
  await manyHosts();
  const { status } = spawnSync('gcc', ['-O2', source, '-o', yardstick], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the yardstick is in C: install gcc');
  const rows = [
    await sideBySide('64-byte UDP flood, thousand packets/s', flood),
    await sideBySide('one TCP flow, no offload, Mbit/s', tcp),
  ];
  console.log(`${plainTable([['', 'switch', 'C', 'ratio'], ...rows], column => column > 0, 4)}\n`);
  await offloaded();
  await underLoad();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
