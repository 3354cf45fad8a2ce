// The check against the schema: fills in defaults, and says what is wrong in the words of a scenario rather than of a schema.
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type SchemaValidateFunction } from 'ajv';
import { Deferred, gathered } from './deferred.ts';
import type { Finding } from './finding.ts';
import { schemaFile } from './library.ts';
import { nearest } from './nearest.ts';
import { type Notation, readNotation } from './notation.ts';
import { describe } from './problem.ts';
import type { Path } from './source.ts';
import { Misread } from './units.ts';

/** The keyword `notation`: a text, or a number, must be readable; lists and mappings are left to the other keywords. */
const checkNotation: SchemaValidateFunction = (notation: Notation, value: unknown) => {
  if (typeof value === 'object' && value !== null) return true;
  const reading = readNotation(notation, value);
  if (!(reading instanceof Misread)) return true;
  checkNotation.errors = [{ keyword: 'notation', params: { misread: reading } }];
  return false;
};

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  useDefaults: true,
  strictTypes: false,
  strictRequired: false,
  // The time to shorten the code is more than a few documents take to check.
  code: { optimize: false },
});
ajv.addKeyword({ keyword: 'notation', validate: checkNotation, errors: true });
ajv.addKeyword({ keyword: 'errorMessage', schemaType: 'string' });
const deferred = new Deferred(ajv);

const pathOf = ({ instancePath }: ErrorObject): Path =>
  instancePath
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** An error's schema, as far as messages need it. */
interface Schema {
  readonly errorMessage?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
};

function expectation({ keyword, params, parentSchema }: ErrorObject): string {
  const { errorMessage, description } = parentSchema as Schema;
  if (keyword === 'uniqueItems') return 'every item once';
  if (errorMessage !== undefined) return errorMessage;
  switch (keyword) {
    case 'type':
      return [params.type]
        .flat()
        .map((type: string) => TYPES[type] ?? type)
        .join(' or ');
    case 'enum':
      return `one of ${params.allowedValues.join(', ')}`;
    case 'minimum':
      return `at least ${params.limit}`;
    case 'maximum':
      return `at most ${params.limit}`;
    default:
      return description ?? 'something else';
  }
}

/** One error of the schema as a finding, or undefined where another error says the same better. */
function findingOf(error: ErrorObject): Finding | undefined {
  const { keyword, params, data, propertyName } = error;
  const schema = error.parentSchema as Schema;
  const path = pathOf(error);
  if (keyword === 'if' || keyword === 'propertyNames') return undefined;
  if (keyword === 'additionalProperties') {
    const known = Object.keys(schema.properties ?? {});
    const key: string = params.additionalProperty;
    const expected = known.length === 1 ? `only ${known[0]}` : `one of ${known.join(', ')}`;
    return { path: [...path, key], of: 'key', found: 'an unknown key', expected, hint: nearest(key, known) };
  }
  if (keyword === 'required') {
    const key: string = params.missingProperty;
    const expected = `this key: ${schema.properties?.[key]?.description}`;
    return { path: [...path, key], of: 'key', found: 'nothing', expected };
  }
  if (propertyName !== undefined) {
    const expected = 'a name of lower-case letters, digits and hyphens, at most 63, as in a host name';
    return { path: [...path, propertyName], of: 'key', found: describe(propertyName), expected };
  }
  if (keyword === 'notation') {
    const { expected, hint } = params.misread as Misread;
    return { path, of: 'value', found: describe(data), expected, hint };
  }
  const hint =
    keyword === 'enum' && typeof data === 'string' ? nearest(data, params.allowedValues) : undefined;
  return { path, of: 'value', found: describe(data), expected: expectation(error), hint };
}

/** Of two errors about one value, the one that knows more: what the value is read as, before its bare type. */
const rank = ({ keyword }: ErrorObject) => (keyword === 'notation' ? 0 : 1);

/** The branches of a choice each say what they lack; the choice says it once for all. */
const inside = (error: ErrorObject, choices: readonly ErrorObject[]) =>
  choices.some(choice => error.schemaPath.startsWith(`${choice.schemaPath}/`));

/** The keys any of which would have put the error right, where it is the lack of one. */
function lacking({ keyword, params, schema, instancePath }: ErrorObject): string[] {
  const at = (key: string) => `${instancePath}/${key}`;
  if (keyword === 'required') return [at(params.missingProperty)];
  if (keyword === 'anyOf')
    return (schema as { required: string[] }[]).flatMap(({ required }) => required.map(at));
  return [];
}

function translate(errors: readonly ErrorObject[]): Finding[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf');
  const byPlace = new Map<string, { finding: Finding; lacks: string[] }>();
  for (const error of [...errors].sort((a, b) => rank(a) - rank(b))) {
    const finding = inside(error, choices) ? undefined : findingOf(error);
    const place = JSON.stringify(finding?.path);
    if (finding && !byPlace.has(place)) byPlace.set(place, { finding, lacks: lacking(error) });
  }
  const all = [...byPlace.values()];
  // A misspelt key is one mistake, not also the lack of the key that was meant.
  const meant = all.flatMap(({ finding: { path, of, hint } }) =>
    of === 'key' && hint !== undefined ? [['', ...path.slice(0, -1), hint].join('/')] : [],
  );
  return all.filter(({ lacks }) => !lacks.some(key => meant.includes(key))).map(({ finding }) => finding);
}

/** The schema of a scenario, as far as it holds schemas of what is also checked by itself. */
interface ScenarioSchema {
  readonly properties: { readonly faults: { readonly items: object }; readonly variants: object };
}

let published: ScenarioSchema | undefined;
let whole: object | undefined;

/** The published schema, read at its first use: far faster than to build it. */
function scenarioSchema(): ScenarioSchema {
  published ??= JSON.parse(readFileSync(schemaFile(), 'utf8')) as ScenarioSchema;
  return published;
}

function check(document: unknown, schema: object): Finding[] {
  // Compiled at its first use, and then kept by the library.
  const validate = ajv.compile(schema);
  return validate(document) ? [] : translate(gathered(validate.errors ?? []));
}

/** Fills the defaults into `document` and says everything in which it breaks the schema. */
export function checkSchema(document: unknown): Finding[] {
  whole ??= deferred.split({ ...scenarioSchema() });
  return check(document, whole);
}

/** The same of a fault that stands alone. */
export const checkFault = (fault: unknown): Finding[] =>
  check(fault, scenarioSchema().properties.faults.items);

/** The same of what stands at `variants`. */
export const checkVariants = (variants: unknown): Finding[] =>
  check(variants, scenarioSchema().properties.variants).map(finding => ({
    ...finding,
    path: ['variants', ...finding.path],
  }));
