// The schema of what runs in a slice: a protocol, a service or a program, each with its own keys.
import Type, { type Static, type TProperties } from 'typebox';
import { protocolOptions } from './protocol-options.ts';
import { optionSchemas } from './protocol-schema.ts';
import { duration, file, law, mapping, oneOfForms } from './schema-parts.ts';
import { NAME_PATTERN } from './selector.ts';

const optional = Type.Optional;

const names = Object.keys(protocolOptions);
const protocol = Type.Unsafe<string>({ enum: names, description: 'a protocol of the catalogue' });
const contacts = optional(
  Type.Unsafe<string>({
    type: 'string',
    pattern: NAME_PATTERN,
    description:
      'another slice of the same protocol, whose members its members know from the start; their own where left out',
    errorMessage: 'the name of a slice',
  }),
);
const everyOption: TProperties = { protocol, contacts };
for (const options of Object.values(protocolOptions)) {
  for (const key of Object.keys(options)) everyOption[key] = Type.Unsafe({});
}
const runProtocol = Type.Unsafe<{ protocol: string; contacts?: string; [option: string]: unknown }>({
  type: 'object',
  properties: everyOption,
  required: ['protocol'],
  allOf: names.map(name => ({
    if: { properties: { protocol: { const: name } } },
    // biome-ignore lint/suspicious/noThenProperty: the JSON Schema keyword
    then: mapping(`${name} and its options`, {
      protocol,
      contacts,
      ...optionSchemas(protocolOptions[name]!),
    }),
  })),
});
const environment = Type.Unsafe<Record<string, string>>({
  type: 'object',
  propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
  additionalProperties: { type: 'string' },
  default: {},
  description: 'environment variables; {host}, {address}, ... are filled in as in the arguments',
  errorMessage: 'a mapping of names to texts, such as { LOG_LEVEL: debug }',
});
const argument = Type.String({ errorMessage: 'a text: put numbers and true or false in quotes' });
const within = duration('how long that may take before the start counts as failed', {
  default: '10s',
  minimum: 1,
});
const ready = optional(
  oneOfForms('when a program counts as ready; at once where left out', {
    port: mapping('a TCP port of its host takes a connection', {
      port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'the port' }),
      within,
    }),
    line: mapping('it prints a line', {
      line: Type.String({ minLength: 1, description: 'a line of its output contains this text' }),
      within,
    }),
    time: mapping('a time has passed', { time: duration('so long after its start') }),
  }),
);
const programKeys = {
  env: environment,
  ready,
  restart: Type.Unsafe<'never' | 'on-failure' | 'always'>({
    enum: ['never', 'on-failure', 'always'],
    default: 'never',
    description: 'whether a program that ends is started again',
  }),
  after: Type.Unsafe<string[]>({
    type: 'array',
    items: { type: 'string' },
    uniqueItems: true,
    default: [],
    description: 'slices all of whose programs must be ready before those of this one start',
  }),
};
const service = mapping('a Node.js service, in the modes virtual and emulate', {
  service: file('a JavaScript or TypeScript file, or the folder of a package, relative to the scenario'),
  args: Type.Array(argument, {
    default: [],
    description: 'arguments; {host}, {index}, {address}, {address6} and {peers} are filled in',
  }),
  pack: Type.Boolean({ default: true, description: 'in emulate: many instances to a process, or one' }),
  substitute: Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string', minLength: 1 },
    default: {},
    description: 'in virtual: files to put in place of modules that cannot run there, by name',
    errorMessage: 'a mapping of names of modules to files',
  }),
  ...programKeys,
});
const command = mapping('any program, in the mode emulate', {
  command: Type.Array(argument, {
    minItems: 1,
    description:
      'the program and its arguments, as a list; {host}, {index}, {address}, {address6} and {peers} are filled in',
    errorMessage: 'a list of the program and its arguments, such as [iperf3, -s]',
  }),
  ...programKeys,
});
const transfers = mapping('bulk transfers between slivers, in the mode model', {
  transfers: mapping('how large they are, and how often each sliver starts one to a random member', {
    bytes: law('size', 'bytes of a transfer', { minimum: 1 }),
    every: law('duration', "time from one start to the sliver's next", { minimum: 1 }),
  }),
  contacts: optional(
    Type.Unsafe<string>({
      type: 'string',
      pattern: NAME_PATTERN,
      description: 'another slice that makes transfers, whose members they go to; the own one where left out',
      errorMessage: 'the name of a slice',
    }),
  ),
});
export const run = oneOfForms('what runs in every sliver', {
  protocol: runProtocol,
  transfers,
  service,
  command,
});

export type RunDocument = Static<typeof run>;
export type ServiceDocument = Static<typeof service>;
export type TransfersDocument = Static<typeof transfers>;
export type CommandDocument = Static<typeof command>;
