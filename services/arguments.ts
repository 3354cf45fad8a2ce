// The command line of `petri-service`.
import yargs from 'yargs';
import { catalogue } from '../protocols/catalogue.ts';
import type { ProtocolDefinition } from '../protocols/definition.ts';
import { optionKeys, parseOptions } from '../protocols/option-text.ts';
import { withDefaults } from '../protocols/options.ts';
import { ping } from '../protocols/ping/definition.ts';
import { type Endpoint, endpointText, parseEndpoint } from '../protocols/socket-address.ts';

/** What to run, and where. */
export interface ServiceArguments {
  readonly definition: ProtocolDefinition;
  readonly options: object;
  readonly listen: Endpoint;
  /** Members to join through. */
  readonly join: readonly string[];
  /** Seconds after which the service stops by itself. */
  readonly seconds: number | undefined;
  readonly seed: string | undefined;
  /** Of ping: whether to say who gave each answer. */
  readonly answers: boolean;
}

/** A command line that cannot be run. The message says what is wrong with it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const ADDRESS = 'ADDRESS:PORT with a numeric address, such as 192.0.2.1:4000 or [2001:db8::1]:4000';

function parser(argv: readonly string[]) {
  const protocols = Object.values(catalogue);
  return yargs([...argv])
    .scriptName('petri-service')
    .usage('$0 <protocol> --listen ADDRESS:PORT\n\nRuns one node of an overlay; metrics are lines of JSON.')
    .command('$0 <protocol>', false, command =>
      command.positional('protocol', { choices: protocols.map(({ name }) => name), type: 'string' }),
    )
    .options({
      listen: {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'where others reach this node; port 0 takes a free one',
      },
      join: { type: 'string', array: true, requiresArg: true, describe: 'members that may be up already' },
      option: {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'an option of the protocol: key.path=value',
      },
      seconds: { type: 'number', requiresArg: true, describe: 'stop after so many seconds' },
      seed: { type: 'string', requiresArg: true, describe: 'draw the same random numbers each time' },
      answers: { type: 'boolean', default: false, describe: 'ping: say who gave each answer' },
    })
    .epilogue(protocols.map(({ name, options }) => `${name}: ${optionKeys(options).join(', ')}`).join('\n'))
    .strict()
    .version(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(message ?? error.message);
    });
}

function endpoint(flag: string, text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (!parsed) throw new UsageError(`${flag}: found '${text}', expected ${ADDRESS}`);
  return parsed;
}

function listenEndpoint(text: string): Endpoint {
  const parsed = endpoint('--listen', text);
  if (parsed.ip === '0.0.0.0' || parsed.ip === '::') {
    throw new UsageError(`--listen: found '${text}', expected an address that other nodes can send to`);
  }
  return parsed;
}

function member(text: string, { family }: Endpoint): string {
  const { ip, port, ...other } = endpoint('--join', text);
  if (port === 0) throw new UsageError(`--join: found '${text}', expected a port from 1 to 65535`);
  if (other.family !== family) {
    throw new UsageError(`--join: found '${text}', expected an IPv${family} address as in --listen`);
  }
  return endpointText(ip, port);
}

function stopsAfter(seconds: number | undefined): number | undefined {
  if (seconds === undefined || (seconds > 0 && seconds < Infinity)) return seconds;
  throw new UsageError(`--seconds: found '${seconds}', expected a number above 0`);
}

function answersOf(asked: boolean, { name }: ProtocolDefinition): boolean {
  if (asked && name !== ping.name) throw new UsageError(`--answers: ${name} has none, only ping`);
  return asked;
}

/**
 * Reads the command line. Prints the help itself where that is asked for.
 * @param argv without the program's name
 * @returns undefined where help was asked for
 * @throws {UsageError | OptionError}
 */
export function readArguments(argv: readonly string[]): ServiceArguments | undefined {
  const given = parser(argv).parseSync();
  if (given.help) return undefined;
  for (const key of ['listen', 'seed', 'seconds'] as const) {
    if (Array.isArray(given[key])) throw new UsageError(`--${key}: given more than once`);
  }
  const definition: ProtocolDefinition = catalogue[given.protocol as string];
  const listen = listenEndpoint(given.listen);
  return {
    definition,
    options: withDefaults(definition.options, parseOptions(definition.options, given.option ?? [])),
    listen,
    join: (given.join ?? []).map(text => member(text, listen)),
    seconds: stopsAfter(given.seconds),
    seed: given.seed,
    answers: answersOf(given.answers, definition),
  };
}
