#!/usr/bin/env node
// `petri-service`: one node of an overlay as a program of its own. Exit status: 0 stopped, 1 could not run, 2 bad usage.
import type { ProtocolDefinition } from '../protocols/definition.ts';
import { OptionError } from '../protocols/option-text.ts';
import { observedPing } from '../protocols/ping/definition.ts';
import type { AnswerObserver } from '../protocols/ping/ping.ts';
import type { Directory, Meter, Protocol } from '../protocols/port.ts';
import { endpointText } from '../protocols/socket-address.ts';
import { readArguments, type ServiceArguments, UsageError } from './arguments.ts';
import { chance } from './chance.ts';
import { Clock } from './clock.ts';
import { JsonLines, JsonMeter } from './json-meter.ts';
import { UdpHost } from './udp-host.ts';

const lines = new JsonLines(text => process.stdout.write(text));

function fail(status: number, message: string): never {
  process.stderr.write(`petri-service: ${message}\n`);
  process.exit(status);
}

/** Ends when the first of SIGINT, SIGTERM and the end of the given seconds comes, or when nobody reads any more. */
function untilStopped(seconds: number | undefined): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
    process.stdout.on('error', () => resolve('output closed'));
    if (seconds !== undefined) new Clock().after(seconds * 1e9, () => resolve('time is over'));
  });
}

const sayAnswer: AnswerObserver = (_self, from, rtt) => lines.line({ event: 'answer', from, rtt });

function create(asked: ServiceArguments, host: UdpHost<unknown>, meter: Meter): Protocol<unknown> {
  const members = asked.join.filter(address => address !== host.address);
  const directory: Directory = { size: members.length, at: index => members[index] };
  const definition: ProtocolDefinition = asked.answers ? observedPing(sayAnswer) : asked.definition;
  return definition.create(host, asked.options, directory, meter);
}

async function serve(asked: ServiceArguments): Promise<void> {
  const { definition, listen } = asked;
  const stopped = untilStopped(asked.seconds);
  const meter = new JsonMeter(lines);
  // Nodes given the same seed must still differ from each other.
  const random = chance(asked.seed && `${asked.seed} ${endpointText(listen.ip, listen.port)}`);
  const host = new UdpHost<unknown>(listen, definition.codec, random, meter);
  await host.listen();
  const protocol = create(asked, host, meter);
  lines.line({ event: 'listening', protocol: definition.name, address: host.address });
  host.run(protocol);
  const reason = await stopped;
  await host.stop();
  lines.line({ event: 'stopped', reason });
}

/** Says why the service does not run, and ends with the status for that. */
function failBy(error: unknown): never {
  if (error instanceof UsageError || error instanceof OptionError) {
    fail(2, `${error.message}\nTry petri-service --help.`);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') fail(1, `--listen: the port is in use: ${message}`);
  if (code === 'EADDRNOTAVAIL') fail(1, `--listen: this machine has no such address: ${message}`);
  if (code === 'EACCES') fail(1, `--listen: not allowed to open this port: ${message}`);
  throw error;
}

try {
  const asked = readArguments(process.argv.slice(2));
  if (asked) await serve(asked);
  // What is written has to be read first; an output that nobody reads any more has ended the service already.
  process.stdout.write('', () => process.exit(0));
} catch (error) {
  failBy(error);
}
