#!/usr/bin/env node
// `petri`: reads the command line, runs one subcommand, and turns whatever happened into an exit status.
import yargs, { type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EXIT, statusOf, UsageError } from './exit.ts';
import { warn } from './output.ts';
import { VERSION } from './version.ts';

/** A subcommand whatever its options: each reads its own. */
type Command = CommandModule<object, object>;
const whatever = <A>(command: CommandModule<object, A>): Command => command as unknown as Command;

/** The subcommands in the order of the help. Each is loaded when it is asked for: most need a small part of the house. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => whatever((await import('./run.ts')).runCommand),
  compare: async () => whatever((await import('./compare.ts')).compareCommand),
  up: async () => whatever((await import('./up.ts')).upCommand),
  hosts: async () => whatever((await import('./hosts.ts')).hostsCommand),
  exec: async () => whatever((await import('./exec.ts')).execCommand),
  shell: async () => whatever((await import('./shell.ts')).shellCommand),
  logs: async () => whatever((await import('./logs.ts')).logsCommand),
  capture: async () => whatever((await import('./capture.ts')).captureCommand),
  fault: async () => whatever((await import('./fault.ts')).faultCommand),
  down: async () => whatever((await import('./down.ts')).downCommand),
  list: async () => whatever((await import('./list.ts')).listCommand),
  validate: async () => whatever((await import('./validate.ts')).validateCommand),
  topology: async () => whatever((await import('./topology.ts')).topologyCommand),
  reach: async () => whatever((await import('./reach.ts')).reachCommand),
  doctor: async () => whatever((await import('./doctor.ts')).doctorCommand),
};

/** The one that the first word names; all where it names none, for the help and for what is said of a wrong word. */
function loadCommands(words: readonly string[]): Promise<Command[]> {
  const word = words.find(text => !text.startsWith('-'));
  const asked =
    word !== undefined && Object.hasOwn(commands, word) ? [commands[word]] : Object.values(commands);
  return Promise.all(asked.map(load => load()));
}

// A reader that has seen enough (`petri list | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.well);
  throw error;
});

try {
  const words = hideBin(process.argv);
  await yargs(words)
    .scriptName('petri')
    .usage('$0 <command>: a PlanetLab-like testbed on one computer')
    .command(await loadCommands(words))
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
