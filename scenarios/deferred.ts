// Schemas that are compiled when a document first has what they describe: most documents have a small part of what there is.
import type { Ajv, ErrorObject, SchemaValidateFunction } from 'ajv';

type Schema = { readonly [key: string]: unknown };

/** What the schema around a deferred one, and messages, need of it. */
const SEEN_FROM_OUTSIDE = ['default', 'description', 'errorMessage'];

/** The keyword `deferred`: the number of a schema that stands apart. */
export class Deferred {
  private readonly ajv: Ajv;
  private readonly apart: Schema[] = [];

  constructor(ajv: Ajv) {
    this.ajv = ajv;
    const check: SchemaValidateFunction = (number: number, data: unknown) => {
      const validate = this.ajv.compile(this.apart[number]!);
      if (validate(data)) return true;
      check.errors = [{ keyword: 'deferred', params: { errors: validate.errors } }];
      return false;
    };
    ajv.addKeyword({ keyword: 'deferred', validate: check, modifying: true, errors: true });
  }

  /** The schema with its properties, and whatever it holds behind `then`, each compiled at its first use. */
  split({ properties, ...rest }: Schema): Schema {
    const parts = Object.entries(properties as Schema).map(([key, part]) => [
      key,
      this.setApart(this.splitThens(part) as Schema),
    ]);
    return { ...(this.splitThens(rest) as Schema), properties: Object.fromEntries(parts) };
  }

  private splitThens(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(item => this.splitThens(item));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => {
        const split = this.splitThens(value);
        return [key, key === 'then' ? this.setApart(split as Schema) : split];
      }),
    );
  }

  private setApart(schema: Schema): Schema {
    const outside = Object.entries(schema).filter(([key]) => SEEN_FROM_OUTSIDE.includes(key));
    // What stands in for nothing is filled in from outside.
    const { default: _, ...part } = schema;
    return { ...Object.fromEntries(outside), deferred: this.apart.push(part) - 1 };
  }
}

/** Errors with those of schemas that stood apart in their places. */
export function gathered(errors: readonly ErrorObject[]): ErrorObject[] {
  return errors.flatMap(error => {
    if (error.keyword !== 'deferred') return [error];
    const inner = gathered((error.params as { errors: ErrorObject[] }).errors);
    return inner.map(({ instancePath, schemaPath, ...rest }) => ({
      ...rest,
      instancePath: error.instancePath + instancePath,
      schemaPath: error.schemaPath + schemaPath.slice(1),
    }));
  });
}
