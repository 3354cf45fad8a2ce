// Runs a world that comes on standard input in a process of its own, to see it under another version of Node.js.
import { text } from 'node:stream/consumers';
import { runWorld, type World } from './world.ts';

const world = JSON.parse(await text(process.stdin)) as World;
process.stdout.write(JSON.stringify(await runWorld(world)));
