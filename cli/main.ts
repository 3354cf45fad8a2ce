#!/usr/bin/env node
// `petri`: reads the command line, runs one subcommand, and turns whatever happened into an exit status.
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { captureCommand } from './capture.ts';
import { compareCommand } from './compare.ts';
import { doctorCommand } from './doctor.ts';
import { downCommand } from './down.ts';
import { execCommand } from './exec.ts';
import { EXIT, statusOf, UsageError } from './exit.ts';
import { faultCommand } from './fault.ts';
import { hostsCommand } from './hosts.ts';
import { listCommand } from './list.ts';
import { logsCommand } from './logs.ts';
import { warn } from './output.ts';
import { reachCommand } from './reach.ts';
import { runCommand } from './run.ts';
import { shellCommand } from './shell.ts';
import { topologyCommand } from './topology.ts';
import { upCommand } from './up.ts';
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
    .command(compareCommand)
    .command(upCommand)
    .command(hostsCommand)
    .command(execCommand)
    .command(shellCommand)
    .command(logsCommand)
    .command(captureCommand)
    .command(faultCommand)
    .command(downCommand)
    .command(listCommand)
    .command(validateCommand)
    .command(topologyCommand)
    .command(reachCommand)
    .command(doctorCommand)
    .demandCommand(1, 'Which command?')
    .parserConfiguration({ 'populate--': true })
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
