#!/usr/bin/env node
// `petri`: reads the command line, runs one subcommand, and turns whatever happened into an exit status.
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { doctorCommand } from './doctor.ts';
import { EXIT, statusOf, UsageError } from './exit.ts';
import { listCommand } from './list.ts';
import { warn } from './output.ts';
import { runCommand } from './run.ts';
import { topologyCommand } from './topology.ts';
import { validateCommand } from './validate.ts';
import { VERSION } from './version.ts';

// A reader that has seen enough (`petri list | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.well);
  throw error;
});

try {
  await yargs(hideBin(process.argv))
    .scriptName('petri')
    .usage('$0 <command>: a PlanetLab-like testbed on one computer')
    .command(runCommand)
    .command(listCommand)
    .command(validateCommand)
    .command(topologyCommand)
    .command(doctorCommand)
    .demandCommand(1, 'Which command?')
    .strict()
    .version(VERSION)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .epilogue(
      'Exit status: 0 well, 1 an expectation failed, 2 bad input, 3 not faithful, 4 the machine lacks something',
    )
    .fail((message, error) => {
      throw error ?? new UsageError(`${message}\nSee petri --help`);
    })
    .parseAsync();
} catch (error) {
  const status = statusOf(error);
  // What nobody foresaw is a fault of ours: its stack helps whoever reports it.
  warn(
    status === undefined
      ? `petri: internal error\n${(error as Error).stack}`
      : `petri: ${(error as Error).message}`,
  );
  process.exitCode = status ?? 70;
}
