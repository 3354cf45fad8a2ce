// `petri topology`: describes the topology of a scenario or of measurements, generates one, imports one.
import { writeFileSync } from 'node:fs';
import type { Argv, CommandModule } from 'yargs';
import { buildTopology } from '../models/topology/build.ts';
import { compareFigures, expectationsOf } from '../models/topology/compare.ts';
import { matrixCsv } from '../models/topology/export-matrix.ts';
import { importEdges } from '../models/topology/import-edges.ts';
import { type Import, importMatrix } from '../models/topology/import-matrix.ts';
import { cityFigures, type Expected, testbedFigures } from '../models/topology/measured.ts';
import { describeTopology } from '../models/topology/statistics.ts';
import type { Topology, TopologySpec } from '../models/topology/topology.ts';
import { loadScenario } from '../scenarios/load.ts';
import { EXIT, UsageError } from './exit.ts';
import { print, warn } from './output.ts';
import { inScenario } from './scenario-errors.ts';
import { withVariant } from './scenario-options.ts';
import { comparisonTable, topologyTable } from './topology-table.ts';

/** A larger matrix is written faster than anybody reads it: 2000 sites make 40 MB. */
const MOST_SITES_IN_MATRIX = 2000;

export const topologyCommand: CommandModule = {
  command: 'topology <command>',
  describe: 'Describe, generate or import a topology',
  builder: yargs =>
    yargs.command(describeCommand).command(generateCommand).command(importCommand).demandCommand(1),
  handler: () => {},
};

interface DescribeOptions {
  source: string;
  servers?: string | undefined;
  variant?: string | undefined;
  seed?: string | undefined;
  against?: string | undefined;
  againstServers?: string | undefined;
  json: boolean;
}

const describeCommand: CommandModule<object, DescribeOptions> = {
  command: 'describe <source>',
  describe: 'Print sites, nodes, round trips and triangle violations',
  builder: yargs =>
    withServers(
      withVariant(yargs).positional('source', {
        type: 'string',
        demandOption: true,
        describe:
          'a scenario, or a CSV file of round trips: a square matrix, or with --servers a list of pairs',
      }),
    )
      .option('seed', { type: 'string', requiresArg: true, describe: "in place of the scenario's seed" })
      .option('against', {
        type: 'string',
        requiresArg: true,
        describe:
          'compare with measured figures: "table" (PlanetLab), "cities" (WonderNetwork), or a CSV file of round trips',
      })
      .option('against-servers', {
        type: 'string',
        requiresArg: true,
        implies: 'against',
        describe: 'CSV table of the servers that the list of pairs after --against names',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler: ({ source, servers, variant, seed, against, againstServers, json }) => {
    const expectations = against === undefined ? undefined : expected(against, againstServers);
    const topology = heeded(
      isCsv(source) || servers !== undefined ? read(source, servers) : built(source, variant, seed),
    );
    const statistics = describeTopology(topology);
    const comparison = expectations && compareFigures(statistics, expectations);
    if (json) print(JSON.stringify(comparison ? { ...statistics, comparison } : statistics, null, 2));
    else print(comparison ? comparisonTable(comparison) : topologyTable(statistics));
    if (comparison?.some(({ agrees }) => agrees === false)) process.exitCode = EXIT.failed;
  },
};

function expected(against: string, servers: string | undefined): readonly Expected[] {
  if (servers === undefined && against === 'table') return testbedFigures;
  if (servers === undefined && against === 'cities') return cityFigures;
  if (servers !== undefined || isCsv(against)) return expectationsOf(heeded(read(against, servers)));
  throw new UsageError(`--against: found "${against}", expected "table", "cities" or a CSV file`);
}

interface GenerateOptions {
  year?: number | undefined;
  sites?: number | undefined;
  seed: string;
  out?: string | undefined;
}

const generateCommand: CommandModule<object, GenerateOptions> = {
  command: 'generate',
  describe: 'Generate sites and print their round trips as a CSV matrix',
  builder: yargs =>
    withOut(yargs)
      .option('year', {
        type: 'number',
        requiresArg: true,
        describe: "PlanetLab's sites of this year; without it, sites made up",
      })
      .option('sites', { type: 'number', requiresArg: true, describe: 'how many sites' })
      .option('seed', {
        type: 'string',
        default: '1',
        requiresArg: true,
        describe: 'seed of every random draw',
      }),
  handler: ({ year, sites, seed, out }) => {
    const { topology } = buildTopology(generated(year, sites), seed);
    writeMatrix(topology, out);
  },
};

interface ImportOptions {
  file: string;
  servers?: string | undefined;
  out?: string | undefined;
}

const importCommand: CommandModule<object, ImportOptions> = {
  command: 'import <file>',
  describe: 'Check measured round trips, fill holes, and print the CSV matrix that a scenario takes',
  builder: yargs =>
    withOut(
      withServers(
        yargs.positional('file', {
          type: 'string',
          demandOption: true,
          describe: 'a CSV file: a square matrix, or with --servers a list of pairs',
        }),
      ),
    ),
  handler: ({ file, servers, out }) => writeMatrix(heeded(read(file, servers)), out),
};

function withServers<T>(yargs: Argv<T>) {
  return yargs.option('servers', {
    type: 'string',
    requiresArg: true,
    describe: 'CSV table of the servers that a list of pairs names',
  });
}

function withOut<T>(yargs: Argv<T>) {
  return yargs.option('out', {
    type: 'string',
    requiresArg: true,
    describe: 'file to make, in place of printing',
  });
}

const isCsv = (source: string): boolean => /\.csv(\.gz)?$/.test(source);

function read(file: string, servers: string | undefined): Import {
  return servers === undefined ? importMatrix(file) : importEdges(file, servers);
}

function built(source: string, variant: string | undefined, seed: string | undefined): Import {
  const loaded = loadScenario(source, {
    ...(variant !== undefined && { variant }),
    ...(seed !== undefined && { seed }),
  });
  const { scenario } = loaded;
  return inScenario(loaded, () => buildTopology(scenario.topology, scenario.seed));
}

function heeded({ topology, warnings }: Import): Topology {
  for (const warning of warnings) warn(warning);
  return topology;
}

function generated(year: number | undefined, sites: number | undefined): TopologySpec {
  const wrong = (option: string, found: number, expected: string) =>
    new UsageError(`--${option}: found ${found}, expected ${expected}`);
  if (year !== undefined && !(Number.isInteger(year) && year >= 2002 && year <= 2020)) {
    throw wrong('year', year, 'a year from 2002 to 2020');
  }
  if (sites !== undefined && !(Number.isInteger(sites) && sites >= 2 && sites <= MOST_SITES_IN_MATRIX)) {
    throw wrong('sites', sites, `a whole number from 2 to ${MOST_SITES_IN_MATRIX}`);
  }
  if (year !== undefined) return { kind: 'planetlab', year, ...(sites === undefined ? {} : { sites }) };
  if (sites !== undefined) return { kind: 'generate', sites, nodesPerSite: 1 };
  throw new UsageError('petri topology generate: found neither --year nor --sites, expected either or both');
}

/** @throws {UsageError} where the file exists or cannot be made */
function writeMatrix(topology: Topology, out: string | undefined): void {
  const text = matrixCsv(topology);
  if (out === undefined) {
    print(text);
    return;
  }
  try {
    writeFileSync(out, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--out ${out}: ${code === 'EEXIST' ? 'the file exists: name another' : message}`);
  }
  print(`${topology.sites.length} sites written to ${out}`);
}
