// A bundle as a program of its own, which Node.js runs without more.
import type { ServiceBundle } from './bundle.ts';

/** The text of a CommonJS file; run it with --enable-source-maps. @param bundle made in place */
export function standaloneProgram({ main, code, map }: ServiceBundle): string {
  const begin = `(async () => { const $require = require; process.argv[1] = ${JSON.stringify(main)};`;
  const end = '})().catch(error => setImmediate(() => { throw error; }));';
  const encoded = Buffer.from(map).toString('base64');
  // The code begins in the first line, as its map has it.
  return `${begin}${code}\n${end}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}
