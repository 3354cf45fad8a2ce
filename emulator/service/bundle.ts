// Bundles a Node.js service: all of its modules become one function body that can be called once a host.
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import * as esbuild from 'esbuild';
import { entryOf, packageFolder } from './entry.ts';
import { type Folder, Places, RealPlaces } from './places.ts';
import { ServiceError } from './service-error.ts';

/** A service as plain data, which a worker thread can be given. */
export interface ServiceBundle {
  /** What messages call it: the file's name. */
  readonly name: string;
  /** The file that it begins with, as the service itself sees it. */
  readonly main: string;
  /** The body of a function that finds `require`, and whatever else its caller names, among its parameters. It may await. */
  readonly code: string;
  /** Source map of `code`, with absolute file names: JSON. */
  readonly map: string;
  /** Folders of the service's files: as the service sees them, and where they are. */
  readonly folders: readonly Folder[];
  /** What may fail when the service runs, and which file asks for it. */
  readonly warnings: readonly string[];
}

export interface BundleOptions {
  /** Whether the service sees its files where they are, as one that has this machine's file system does. */
  readonly inPlace?: boolean;
  /** Absolute name of a file in place of each module that is named, whether a package or one of Node's own. */
  readonly substitute?: Readonly<Record<string, string>>;
}

const BUILTINS: ReadonlySet<string> = new Set(builtinModules);

/** Warnings of esbuild's that tell of what a bundle cannot contain. */
const TOLD: Readonly<Record<string, string>> = {
  'unsupported-require-call':
    'this require() is computed: it finds only modules of Node.js when the service runs',
  'unsupported-dynamic-import':
    'this import() is computed: it finds only modules of Node.js when the service runs',
};

/**
 * Bundles a service, in TypeScript or JavaScript, CommonJS or ES modules, with its packages.
 * @param service absolute name of a file, or of a package's folder
 * @throws {ServiceError} with file, line and column, where a module is missing or cannot be read
 */
export async function bundleService(
  service: string,
  { substitute = {}, inPlace = false }: BundleOptions = {},
): Promise<ServiceBundle> {
  const entry = entryOf(service);
  const root = packageFolder(entry);
  const places = inPlace ? new RealPlaces() : new Places(root);
  const warnings: string[] = [];
  const result = await build(entry, root, [
    substitutes(substitute),
    builtins(),
    addOns(warnings),
    sources(entry, places),
  ]);
  const [map, code] = ['.map', '.js'].map(
    extension => result.outputFiles.find(({ path }) => path.endsWith(extension))!.text,
  );
  return {
    name: relative(root, entry),
    main: places.pathOf(entry),
    code,
    map: absoluteSources(map),
    folders: places.folders,
    warnings: [
      ...warnings,
      ...result.warnings.filter(({ id }) => id in TOLD).map(found => place(found, root) + TOLD[found.id]),
    ],
  };
}

async function build(entry: string, root: string, plugins: esbuild.Plugin[]) {
  try {
    return await esbuild.build({
      stdin: { contents: `import ${JSON.stringify(entry)}`, resolveDir: dirname(entry), loader: 'js' },
      absWorkingDir: root,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outfile: '/service.js',
      write: false,
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      legalComments: 'none',
      supported: { 'dynamic-import': false, 'top-level-await': true },
      define: WHERE,
      logOverride: Object.fromEntries(Object.keys(TOLD).map(id => [id, 'warning'])),
      plugins,
    });
  } catch (error) {
    const failures = (error as Partial<esbuild.BuildFailure>).errors;
    if (failures === undefined || failures.length === 0) throw error;
    throw new ServiceError(place(failures[0], root) + failures[0].text);
  }
}

function place({ location }: esbuild.Message, root: string): string {
  return location ? `${resolve(root, location.file)}:${location.line}:${location.column + 1}: ` : '';
}

/** Names in the scenario stand for files. */
function substitutes(table: Readonly<Record<string, string>>): esbuild.Plugin {
  return {
    name: 'substitutes',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer }) => {
        const name = Object.hasOwn(table, path) ? path : path.replace(/^node:/, '');
        // The substitute itself may have use for what it stands for.
        const stands = Object.hasOwn(table, name) && table[name] !== importer;
        return stands ? { path: table[name] } : undefined;
      });
    },
  };
}

/** Node's own modules come from the function's `require`, so that no import is left in the bundle. */
function builtins(): esbuild.Plugin {
  return {
    name: 'builtins',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path }) => {
        const name = path.replace(/^node:/, '').replace(/\/$/, '');
        const known = path.startsWith('node:') || BUILTINS.has(name);
        return known ? { path: name, namespace: 'builtin' } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
        contents: `module.exports = $require(${JSON.stringify(path)})`,
      }));
    },
  };
}

/** Compiled add-ons fail when they are loaded, which many packages are prepared for. */
function addOns(warnings: string[]): esbuild.Plugin {
  return {
    name: 'add-ons',
    setup(build) {
      build.onResolve({ filter: /\.node$/ }, ({ path, importer }) => {
        warnings.push(`${importer}: ${path} is a native add-on and will not be loaded`);
        return { path, namespace: 'add-on' };
      });
      build.onLoad({ filter: /.*/, namespace: 'add-on' }, ({ path }) => ({
        contents: `module.exports = $require(${JSON.stringify(path)})`,
      }));
    },
  };
}

const META = '$meta';
const DIRNAME = '$dirname';
const FILENAME = '$filename';
/** Where these names are not a module's own, they stand for what its first line tells. */
const WHERE = { 'import.meta': META, __dirname: DIRNAME, __filename: FILENAME };
const MENTIONS = /\b(__dirname|__filename|import\.meta)\b/;
const LOADERS: Readonly<Record<string, esbuild.Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

/** Files that ask where they are get told, in their first line so that positions stay. */
function sources(entry: string, places: Pick<Places, 'pathOf'>): esbuild.Plugin {
  return {
    name: 'sources',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        const file = places.pathOf(path);
        const text = await readFile(path, 'utf8');
        const told = MENTIONS.test(text) ? whereabouts(file) : '';
        const main = path === entry && /\brequire\.main\b/.test(text) ? 'require.main=module;' : '';
        return { contents: beginning(text, told + main), loader: LOADERS[extname(path)] ?? 'js' };
      });
    },
  };
}

function whereabouts(file: string): string {
  const [url, directory] = [`file://${encodeURI(file)}`, dirname(file)];
  const [quotedUrl, quotedDirectory, quotedFile] = [url, directory, file].map(text => JSON.stringify(text));
  const meta = `{url:${quotedUrl},dirname:${DIRNAME},filename:${FILENAME},resolve:name=>String(new URL(name,${quotedUrl}))}`;
  return `var ${DIRNAME}=${quotedDirectory},${FILENAME}=${quotedFile},${META}=${meta};`;
}

/** Puts code at the beginning of a module, behind what must stand first there. */
function beginning(text: string, code: string): string {
  if (code === '') return text;
  const [head] = /^(?:#![^\n]*\n)?(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:(['"])use strict\1;?)?/.exec(text)!;
  const after = head.endsWith('strict"') || head.endsWith("strict'") ? ';' : '';
  return head + after + code + text.slice(head.length);
}

function absoluteSources(map: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  // esbuild writes them relative to the output, which is in the root folder.
  const sources = parsed.sources.map(source =>
    isAbsolute(source) || source.includes(':') ? source : sep + source.replace(/^(\.\.\/)+/, ''),
  );
  return JSON.stringify({ ...parsed, sources });
}
