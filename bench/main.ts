// `npm run bench`: how fast Petri is on this machine. What each figure means, and how to measure a peer: README.md.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { plainTable } from '../results/table.ts';
import { type Hold, holdHeap, holdQueue, holdSimulation } from './hold-model.ts';
import { sideBySide } from './measure.ts';
import { type MessageRate, measureMessages } from './messages.ts';
import type { OverlayRate } from './overlays.ts';

const HOLDS = 10_000;
const ROUNDS = 3;
const SECONDS = 1;
const MESSAGES = 3_000_000;
const OVERLAY_HOSTS = [1000, 10_000];
/** Of an overlay, nodes times seconds of virtual time; each looks up a key each 10 s. */
const NODE_SECONDS = 300_000;
/** A population's process, to begin with no one else's garbage: `main.js messages HOSTS`. */
const [, self, task, size] = process.argv;

const millions = (rate: number) => (rate / 1e6).toFixed(2);

function print(rows: readonly (readonly string[])[]): void {
  console.log(`${plainTable(rows, column => column > 0, rows[0].length)}\n`);
}

function benchHolds(): void {
  const contestants: readonly Hold[] = [holdQueue, holdSimulation, holdHeap];
  const rows = [100, 10_000, 1_000_000].map(pending => {
    const work = contestants.map(hold => hold(pending)).map(run => () => run(HOLDS));
    const [queue, simulation, heap] = sideBySide(work, ROUNDS, SECONDS).map(calls => calls * HOLDS);
    return [
      pending.toLocaleString('en'),
      millions(queue),
      millions(simulation),
      millions(heap),
      (queue / heap).toFixed(2),
      (simulation / heap).toFixed(2),
    ];
  });
  print([
    ['hold model, million events/s', 'queue', 'simulation', 'heap-js', 'queue/heap-js', 'simulation/heap-js'],
    ...rows,
  ]);
}

/** What a process of its own prints as JSON. */
function measured<R>(...argv: readonly string[]): R {
  const { stdout, status } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ended with status ${status}`);
  return JSON.parse(stdout) as R;
}

function benchMessages(): void {
  const rows = [1000, 10_000, 100_000].map(hosts => {
    const rate = measured<MessageRate>(self, 'messages', String(hosts));
    const { messages, wallSeconds, residentBytes } = rate;
    return [hosts.toLocaleString('en'), millions(messages / wallSeconds), (residentBytes / 1e6).toFixed(0)];
  });
  print([['messages, by hosts', 'million/s', 'MB resident'], ...rows]);
}

function benchOverlays(): void {
  const program = fileURLToPath(new URL('./overlays.js', import.meta.url));
  const runs = (['chord', 'kademlia'] as const).flatMap(name =>
    OVERLAY_HOSTS.map(hosts => ({ name, hosts })),
  );
  const rows = runs.map(({ name, hosts }) => {
    const seconds = NODE_SECONDS / hosts;
    const rate = measured<OverlayRate>(program, name, String(hosts), String(seconds));
    const { messages, lookups, cpuSeconds, bytesPerHost } = rate;
    return [
      `${name}, ${hosts.toLocaleString('en')}`,
      millions(messages / cpuSeconds),
      Math.round(lookups / cpuSeconds).toLocaleString('en'),
      Math.round(bytesPerHost).toLocaleString('en'),
    ];
  });
  print([['overlay, by nodes', 'million messages/s', 'lookups/s', 'bytes a node'], ...rows]);
}

if (task === 'messages') {
  console.log(JSON.stringify(measureMessages(Number(size), MESSAGES)));
} else if (self === fileURLToPath(import.meta.url)) {
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}\n`);
  benchHolds();
  benchMessages();
  benchOverlays();
}
