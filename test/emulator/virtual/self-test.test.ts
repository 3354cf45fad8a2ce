// The start-up test of virtual time, and what it says of a Node.js that nobody knows.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { checkNode } from '../../../emulator/virtual/realm/internals.ts';

const worker = fileURLToPath(
  new URL('../../../dist/test/emulator/virtual/self-test-worker.js', import.meta.url),
);

async function said(execArgv: string[]): Promise<string | undefined> {
  const thread = new Worker(worker, { execArgv });
  try {
    return await new Promise((resolve, reject) => {
      thread.once('message', ({ error }: { error: string | undefined }) => resolve(error));
      thread.once('error', error => resolve(`${error.name}: ${error.message}`));
      thread.once('exit', code => reject(new Error(`status ${code}`)));
    });
  } finally {
    await thread.terminate();
  }
}

test('this Node.js passes', async () => {
  expect(await said(['--expose-internals', '--no-warnings'])).toBeUndefined();
});

test('a thread without internals is refused in one line', async () => {
  expect(await said([])).toMatch(
    /^RealmError: virtual mode runs in a thread started with --expose-internals$/,
  );
});

test('an unknown version is refused in one line', () => {
  expect(() => checkNode('19.1.0')).toThrow('virtual mode knows Node.js 20, 22, 24; this is 19.1.0');
});
