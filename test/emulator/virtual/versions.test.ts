// One digest on Node.js 20, 22 and 24, as far as they are there: `npm run node-versions` fetches the others.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { bundled, type Happened, runWorld, type World } from './world.ts';

const nodes = ['node-22', 'node-24']
  .map(name => fileURLToPath(new URL(`../../node-versions/node_modules/${name}/bin/node`, import.meta.url)))
  .filter(existsSync);
const program = fileURLToPath(
  new URL('../../../dist/test/emulator/virtual/world-process.js', import.meta.url),
);

function runUnder(node: string, world: World): Happened {
  const { stdout, stderr, status } = spawnSync(node, [program], {
    input: JSON.stringify(world),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Happened;
}

describe('the digest is the same on other versions of Node.js', () => {
  beforeEach(ctx => {
    if (nodes.length < 2) ctx.skip('Node.js 22 and 24 are not here: npm run node-versions fetches them');
  });

  test.each(['echo.cjs', 'http.cjs', 'express.mjs', 'ws.mjs', 'fetch.mjs'])('%s', async file => {
    const services = [await bundled(file)];
    const hosts = [
      { name: 'server', service: 0 },
      { name: 'client', service: 0, args: ['server'] },
    ];
    const world = { services, hosts, until: 60e9 };
    const { digest, lines } = await runWorld(world);
    for (const node of nodes) {
      const other = runUnder(node, world);
      expect([node, other.lines]).toEqual([node, lines]);
      expect([node, other.digest]).toEqual([node, digest]);
    }
  });
});
