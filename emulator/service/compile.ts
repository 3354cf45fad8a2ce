// Makes a function of a bundle: compiled once, called once a host.
import vm from 'node:vm';
import type { ServiceBundle } from './bundle.ts';

/** Runs an instance of a service, up to the end of its modules. @param values of the parameters that it was compiled with */
export type Service = (...values: unknown[]) => Promise<void>;

/**
 * @param parameters names that the service finds besides Node's globals, `require` among them
 * @param script how stacks call the code, before they are mapped to the service's files
 */
export function compileService(
  { code }: ServiceBundle,
  parameters: readonly string[],
  script: string,
): Service {
  const source = `(async function (${parameters.join(', ')}) { const $require = require;\n${code}\n})`;
  // The bundle's first line is the second one here.
  return new vm.Script(source, { filename: script, lineOffset: -1 }).runInThisContext() as Service;
}
