// A tutorial as its reader follows it: the files that the page shows, written into a copy of the project, and its commands.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** All that a build takes, and a test of a protocol. */
const COPIED = [
  ...['sim', 'models', 'protocols', 'services', 'emulator', 'scenarios', 'results', 'cli'],
  ...['test/protocols', 'test/statistics.ts', 'test/setup.ts', 'test/reporter.ts'],
  ...['package.json', 'tsconfig.json', 'vitest.config.ts'],
];

const PROGRAMS: Readonly<Record<string, string>> = {
  petri: 'dist/cli/main.js',
  'petri-service': 'dist/services/main.js',
  vitest: 'node_modules/.bin/vitest',
};

export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** A page of docs/, and a copy of the project in which it is followed. */
export class Tutorial {
  readonly folder = mkdtempSync(join(tmpdir(), 'petri-tutorial-'));
  private readonly page: string;

  constructor(page: string) {
    this.page = readFileSync(join(root, 'docs', page), 'utf8');
    for (const name of COPIED) cpSync(join(root, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Blocks of a language, in order. */
  blocks(language: string): string[] {
    return [...this.page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
      .filter(([, found]) => found === language)
      .map(([, , text]) => text);
  }

  /** Files by name: a block after a line that is the file's name alone. */
  get files(): ReadonlyMap<string, string> {
    const named = this.page.matchAll(/^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$/gms);
    return new Map([...named].map(([, name, text]) => [name, text]));
  }

  /** Rows of numbers in the page's tables. */
  get figures(): number[][] {
    const rows = [...this.page.matchAll(/^\|((?: +[\d.]+ +\|)+)$/gm)];
    return rows.map(([, row]) => row.split('|').slice(0, -1).map(Number));
  }

  /** Writes the page's files. */
  writeFiles(): void {
    for (const [name, text] of this.files) {
      const file = join(this.folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Adds the lines of the page's differences beside the one line of context that each has. */
  patch(name: string): void {
    const file = join(this.folder, name);
    for (const block of this.blocks('diff')) {
      const lines = block.trimEnd().split('\n');
      const context = lines.find(line => line.startsWith(' '))!.slice(1);
      const text = readFileSync(file, 'utf8');
      if (text.split(`${context}\n`).length !== 2) throw new Error(`${name} has not one line '${context}'`);
      const patched = lines.map(line => line.slice(1)).join('\n');
      writeFileSync(
        file,
        text.replace(context, () => patched),
      );
    }
  }

  /** Runs a command line in the copy, as a shell would with the project's programs installed. */
  run(line: string): Promise<Ended> {
    const command = line.replace(/^npx ([\w-]+)/, (_, name) => `'${process.execPath}' ${PROGRAMS[name]}`);
    // What the test run that this is part of has set is not the reader's.
    const { PATH, HOME } = process.env;
    const child = spawn('sh', ['-c', command], { cwd: this.folder, env: { PATH, HOME } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    return new Promise(done => child.once('close', status => done({ status, output })));
  }

  leave(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
