// Bundles of services: every form that Node.js code comes in, and what is said where one cannot be made.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleService } from '../../../emulator/service/bundle.ts';
import { compileService } from '../../../emulator/service/compile.ts';
import { ServiceError } from '../../../emulator/service/service-error.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-bundle-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0]);
}

/** Runs a service with a `require` that gives the names of modules, and `say` to write with. */
async function outputOf(file: string): Promise<unknown[]> {
  const bundle = await bundleService(file);
  const said: unknown[] = [];
  const require = (name: string) => ({ name });
  await compileService(
    bundle,
    ['require', 'say'],
    'test',
  )(require, (...words: unknown[]) => said.push(...words));
  return said;
}

describe('a service', () => {
  test('may be CommonJS', async () => {
    const file = write({
      'main.cjs': `'use strict';
        const { twice } = require('./other');
        say(twice(21), require('fs').name, (function () { return this === undefined; })(), require.main === module);`,
      'other.js': 'exports.twice = n => 2 * n;',
    });
    expect(await outputOf(file)).toEqual([42, 'fs', true, true]);
  });

  test('may be an ES module, and await at its top level', async () => {
    const file = write({
      'main.mjs': `import fs, { name } from 'node:fs'; import * as os from 'os';
        import { half } from './other.mjs'; import 'node:net';
        const value = await new Promise(resolve => setTimeout(resolve, 1, 84));
        export default half; export const x = value;
        say(half(value), fs.name, name, os.name, (await import('./late.mjs')).late, (await import('node:tls')).name);`,
      'other.mjs': 'export const half = await Promise.resolve(n => n / 2);',
      'late.mjs': 'export const late = 1;',
    });
    expect(await outputOf(file)).toEqual([42, 'fs', 'fs', 'os', 1, 'tls']);
  });

  test('may be TypeScript', async () => {
    const file = write({
      'main.ts': `import type { A } from './types.ts'; import { b } from './b.ts';
        const a: A = { n: 1 }; say((a as A).n + b satisfies number);`,
      'types.ts': 'export interface A { n: number }',
      'b.ts': 'export const b: number = 2;',
    });
    expect(await outputOf(file)).toEqual([3]);
  });

  test.each([
    ['main', { main: 'lib/start.js' }],
    ['main without its extension', { main: './lib/start' }],
    ['exports', { exports: './lib/start.js', main: 'missing.js' }],
    ['conditions of exports', { exports: { '.': { import: './lib/start.js' } } }],
  ])('may be the folder of a package: %s', async (_title, manifest) => {
    write({ 'package.json': JSON.stringify(manifest), 'lib/start.js': 'say(__filename)' });
    expect(await outputOf(folder)).toEqual(['/app/lib/start.js']);
  });

  test('finds its files under one name on every machine', async () => {
    const file = write({
      'src/main.mjs': `import dep from 'dep'; import './b.cjs'; say(import.meta.url, import.meta.dirname, dep);`,
      'src/b.cjs': '// first\n"use strict"\nsay(__dirname, __filename)',
      'package.json': '{}',
      'node_modules/dep/package.json': '{"name": "dep", "main": "x.js"}',
      'node_modules/dep/x.js': 'module.exports = __filename',
    });
    const home = ['/app/src', '/app/src/b.cjs', 'file:///app/src/main.mjs', '/app/src'];
    expect(await outputOf(file)).toEqual([...home, '/app/node_modules/dep/x.js']);
    expect((await bundleService(file)).folders[0]).toEqual({ path: '/app', folder });
  });

  test('has another module in place of one that is substituted, which may use what it stands for', async () => {
    const file = write({
      'main.cjs': `say(require('dep'), require('node:net').wrapped, require('net/promises'))`,
      'own.js': '',
      'dep.cjs': 'module.exports = "substitute"',
      'net.cjs': 'exports.wrapped = require("net").name',
      'other.cjs': 'module.exports = 3',
    });
    const substitute = Object.fromEntries(
      Object.entries({ dep: 'dep.cjs', net: 'net.cjs', 'net/promises': 'other.cjs' }).map(([name, to]) => [
        name,
        join(folder, to),
      ]),
    );
    const bundle = await bundleService(file, { substitute });
    const said: unknown[] = [];
    const service = compileService(bundle, ['require', 'say'], 'test');
    await service(
      (name: string) => ({ name }),
      (...words: unknown[]) => said.push(...words),
    );
    expect(said).toEqual(['substitute', 'net', 3]);
  });
});

describe('what cannot be in a bundle', () => {
  async function refusal(file: string): Promise<string> {
    const error = await bundleService(file).then(
      () => undefined,
      thrown => thrown as unknown,
    );
    expect(error).toBeInstanceOf(ServiceError);
    return (error as ServiceError).message.replaceAll(folder, '.');
  }

  test('a missing service', async () => {
    expect(await refusal(join(folder, 'none.js'))).toBe('./none.js: no such file or folder');
    expect(await refusal(folder)).toMatch(/^\.: found no index\.ts, /);
  });

  test('a missing module, with the place that asks for it', async () => {
    const file = write({ 'main.mjs': `const a = 1;\n  import b from './missing.mjs';` });
    expect(await refusal(file)).toBe('./main.mjs:2:17: Could not resolve "./missing.mjs"');
  });

  test('a syntax error, with its place', async () => {
    const file = write({ 'main.ts': 'const a = 1;\nconst b = ;' });
    expect(await refusal(file)).toBe('./main.ts:2:11: Unexpected ";"');
  });

  test('a broken package.json', async () => {
    write({ 'package.json': '{' });
    expect(await refusal(folder)).toMatch(/^\.\/package\.json: /);
  });

  test('computed names and native add-ons are warned of, with the file', async () => {
    const file = write({
      'main.cjs': `try { require('./build/x.node') } catch {}\nconst n = 'a' + 'b';\ntry { require(n) } catch {}`,
      'package.json': '{}',
    });
    const { warnings } = await bundleService(file);
    expect(warnings.map(warning => warning.replaceAll(folder, '.'))).toEqual([
      './main.cjs: ./build/x.node is a native add-on and will not be loaded',
      './main.cjs:3:7: this require() is computed: it finds only modules of Node.js when the service runs',
    ]);
  });
});
