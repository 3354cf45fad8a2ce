// `node dist/bench/virtual.js`: real services in virtual time, as many hosts as they are meant for. Each population runs in a
// process of its own: `virtual.js dht|datagrams|http HOSTS SECONDS`.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { plainTable } from '../results/table.ts';
import { bundled, runWorld, type World, type WorldHost } from '../test/emulator/virtual/world.ts';

const [, self, task, size, span] = process.argv;

type Population = (hosts: number, seconds: number) => Promise<Omit<World, 'until'>>;

const hostsOf = (count: number, host: (index: number) => Omit<WorldHost, 'name'>): WorldHost[] =>
  Array.from({ length: count }, (_, index) => ({ name: `n${index}`, ...host(index) }));

const populations: Readonly<Record<string, Population>> = {
  /** The package bittorrent-dht, unmodified; two nodes in five announce a torrent and look for their
   * neighbour's, which half of these has announced. */
  dht: async (hosts, seconds) => ({
    services: [await bundled('dht.mjs')],
    hosts: hostsOf(hosts, index => ({
      service: 0,
      args: [
        String(index),
        String(hosts),
        index === 0 ? '' : 'n0',
        index % 5 === 1 || index % 5 === 2 ? String(seconds * 600) : '',
      ],
      startAt: Math.round((index / hosts) * 20e9),
    })),
    loss: 0.005,
  }),
  /** Each host sends a datagram to a random one twice a second, and is answered. */
  datagrams: async hosts => ({
    services: [await bundled('gossip.cjs')],
    hosts: hostsOf(hosts, index => ({
      service: 0,
      args: ['0', String(hosts), '2'],
      startAt: Math.round((index / hosts) * 1e9),
    })),
  }),
  /** Half of the hosts are web servers; each of the others asks one once a second. */
  http: async hosts => ({
    services: [await bundled('requests.cjs')],
    hosts: hostsOf(hosts, index => ({
      service: 0,
      args: index % 2 === 0 ? [] : [`n${index - 1}`],
      startAt: Math.round((index / hosts) * 1e9),
    })),
  }),
};

async function measure(population: string, hosts: number, seconds: number): Promise<void> {
  const world = await populations[population](hosts, seconds);
  const { wall, events, exits, lines } = await runWorld({ ...world, until: seconds * 1e9 });
  if (exits.length > 0) throw new Error(`${exits.length} programs ended: ${exits[0].error}`);
  const found = lines.filter(({ text }) => /^found [1-9]/.test(text)).length;
  // The most that the process ever had, the bundler included.
  const memory = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ wall, events, memory, found }));
}

function row(population: string, hosts: number, seconds: number): string[] {
  const { stdout, status } = spawnSync(process.execPath, [self, population, String(hosts), String(seconds)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the process of ${population} ended with status ${status}`);
  const { wall, events, memory, found } = JSON.parse(stdout) as Record<string, number>;
  const lookups = population === 'dht' ? `, ${found} lookups found` : '';
  return [
    `${population}, ${hosts} hosts, ${seconds} s${lookups}`,
    (seconds / wall).toFixed(1),
    (events / wall / 1e3).toFixed(0),
    (memory / 1e6).toFixed(0),
  ];
}

if (task !== undefined) await measure(task, Number(size), Number(span));
else if (self === fileURLToPath(import.meta.url)) {
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}\n`);
  const rows = [
    row('dht', 1000, 180),
    row('datagrams', 10_000, 10),
    row('datagrams', 1000, 60),
    row('http', 2000, 30),
  ];
  const head = ['virtual time', 'virtual s / wall s', 'thousand events/s', 'MB resident'];
  console.log(plainTable([head, ...rows], column => column > 0, head.length));
}
