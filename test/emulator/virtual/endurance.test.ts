// What a long run leaves behind in memory: nothing.
import { expect, test } from 'vitest';
import { bundled, runWorld } from './world.ts';

const HOUR = 3600e9;

test('an hour of datagrams and http requests leaves no more on the heap than its first ten minutes', async () => {
  const services = [await bundled('gossip.cjs'), await bundled('requests.cjs')];
  const gossips = Array.from({ length: 20 }, (_, index) => ({
    name: `g${index}`,
    service: 0,
    args: ['0', '20', '1'],
  }));
  const pairs = Array.from({ length: 5 }, (_, index) => [
    { name: `server${index}`, service: 1 },
    { name: `client${index}`, service: 1, args: [`server${index}`] },
  ]).flat();
  const world = { services, hosts: [...gossips, ...pairs], until: HOUR, weighAt: [HOUR / 6] };
  const { events, heaps } = await runWorld(world);
  expect(events).toBeGreaterThan(300_000);
  // A byte an event would be seen.
  expect(heaps[1] - heaps[0]).toBeLessThan(250_000);
});
