// `petri reach`: who may speak to whom first in a scenario, across firewalls, address translators and proxies.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { CommandModule } from 'yargs';
import { type Reach, reach, type Side } from '../models/reach/matrix.ts';
import { daemons, type Transport } from '../models/reach/spec.ts';
import type { PlacedSlice, Testbed } from '../models/testbed.ts';
import { formatNumber } from '../results/format.ts';
import { plainTable } from '../results/table.ts';
import { loadScenario } from '../scenarios/load.ts';
import { UsageError } from './exit.ts';
import { buildFor } from './modes.ts';
import { print } from './output.ts';
import { withScenario, withVariant } from './scenario-options.ts';

interface ReachOptions {
  scenario: string;
  variant?: string | undefined;
  set?: string[] | undefined;
  slice?: string | undefined;
  csv?: string | undefined;
}

/** A matrix of so many nodes is some 400 MB of text. */
const MOST_NODES_IN_MATRIX = 10_000;

export const reachCommand: CommandModule<object, ReachOptions> = {
  command: 'reach <scenario>',
  describe: 'Who may speak to whom first, across firewalls, address translators and proxies',
  builder: yargs =>
    withVariant(withScenario(yargs))
      .option('slice', {
        type: 'string',
        requiresArg: true,
        describe: 'whose traffic is meant (default: the first)',
      })
      .option('csv', {
        type: 'string',
        requiresArg: true,
        describe: 'write the matrix of all nodes, speakers in rows, to this new file',
      }),
  handler: async ({ scenario, variant, set, slice: name, csv }) => {
    const loaded = loadScenario(scenario, { ...(set && { set }), ...(variant !== undefined && { variant }) });
    const testbed = buildFor(loaded);
    const { spec } = sliceOf(testbed, name);
    const { transport = daemons } = spec;
    print(tableOf(testbed, spec.name, transport));
    if (csv === undefined) return;
    await writeMatrix(testbed, transport, csv);
    print(`\nwritten to ${csv}: ${formatNumber(testbed.nodes.count)} nodes in rows and columns`);
  },
};

/** @throws {UsageError} where there is none of that name */
function sliceOf({ slices }: Testbed, name: string | undefined): PlacedSlice {
  const found = slices.find(({ spec }) => name === undefined || spec.name === name);
  if (found) return found;
  const names = slices.map(({ spec }) => spec.name).join(', ');
  throw new UsageError(`--slice: found "${name}", expected one of ${names}`);
}

const nameOf = ({ borders }: Testbed, border: number): string =>
  border < 0 ? 'open' : `borders.${border} (${borders.specs[border].border.kind})`;

const sideOf = ({ borders }: Testbed, border: number, transport: Transport): Side => ({
  border: border < 0 ? undefined : borders.specs[border].border,
  transport,
});

/** Kinds of border in rows and columns, and how many pairs of nodes at different sites reach each other how. */
function tableOf(testbed: Testbed, slice: string, transport: Transport): string {
  const { borders, nodes } = testbed;
  const kinds = [-1, ...borders.specs.keys()].filter(kind => borders.of.includes(kind));
  const counts = kinds.map(kind => borders.of.filter(border => border === kind).length);
  const cells = kinds.map(from =>
    kinds.map(to => reach(sideOf(testbed, from, transport), sideOf(testbed, to, transport))),
  );
  const rows = kinds.map((kind, row) => [nameOf(testbed, kind), formatNumber(counts[row]), ...cells[row]]);
  const head = ['', 'nodes', ...kinds.map(kind => nameOf(testbed, kind))];
  const port = transport.protocol === 'icmp' ? '' : ` ${transport.port}`;
  const pairs = counts.reduce(
    (sum, from, row) =>
      sum + counts.reduce((all, to, column) => all + (cells[row][column] === 'yes' ? from * to : 0), 0),
    0,
  );
  return [
    `how nodes in rows reach ${slice} (${transport.protocol}${port}) on nodes of other sites in columns`,
    '',
    plainTable([head, ...rows], column => column > 0, head.length),
    '',
    'yes: may speak first; reply: may only answer; punch: both at once, through a third; no: neither may speak first',
    `${formatNumber((100 * pairs) / nodes.count ** 2)} % of the pairs may speak first`,
  ].join('\n');
}

async function writeMatrix(testbed: Testbed, transport: Transport, file: string): Promise<void> {
  const { nodes } = testbed;
  if (nodes.count > MOST_NODES_IN_MATRIX) {
    throw new UsageError(`--csv: at most ${MOST_NODES_IN_MATRIX} nodes, the testbed has ${nodes.count}`);
  }
  try {
    await pipeline(
      Readable.from(matrixRows(testbed, transport)),
      stringify(),
      createWriteStream(file, { flags: 'wx' }),
    );
  } catch (error) {
    throw new UsageError(`--csv: cannot write ${file}: ${(error as Error).message}`);
  }
}

function* matrixRows(testbed: Testbed, transport: Transport): Iterable<string[]> {
  const { borders, nodes } = testbed;
  yield ['', ...nodes.names];
  for (const [from, name] of nodes.names.entries()) {
    const row = nodes.names.map((_, to): Reach => {
      const together = nodes.siteOf[from] === nodes.siteOf[to] && borders.of[from] === borders.of[to];
      if (together) return 'yes';
      return reach(sideOf(testbed, borders.of[from], transport), sideOf(testbed, borders.of[to], transport));
    });
    yield [name, ...row];
  }
}
