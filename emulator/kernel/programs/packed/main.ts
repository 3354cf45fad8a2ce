// A process that many instances of a service share: does what the run tells it by messages. Started with
// --expose-internals; its descriptors from 4 on are network namespaces of hosts.
import type { ServiceBundle } from '../../../service/bundle.ts';
import { compileService, type Service } from '../../../service/compile.ts';
import { addSourceMap, installStackTraces } from '../../../service/stack-traces.ts';
import { separateAgents } from './agents.ts';
import { current, watchResources } from './instances.ts';
import type { Ended, Start, ToShared } from './messages.ts';
import { PARAMETERS, PackedInstance } from './packed-instance.ts';
import { openSocketsInHosts } from './sockets.ts';

/** Milliseconds between two looks for instances that nothing can happen to any more. */
const IDLE_EVERY = 500;
/** What stacks call the bundle where it cannot be said which of its files it was. */
const SCRIPT = 'service';

const shared = { process: globalThis.process, console: globalThis.console };
const instances = new Map<number, PackedInstance>();
let bundle: ServiceBundle;
let service: Service;

function tell(ended: Ended): void {
  instances.delete(ended.life);
  shared.process.send?.(ended);
}

function start(message: Start): void {
  const instance = new PackedInstance(message, bundle.main, tell);
  instances.set(message.life, instance);
  instance.run(service);
}

shared.process.on('message', (message: ToShared) => {
  switch (message.kind) {
    case 'bundle':
      bundle = message.bundle;
      service = compileService(bundle, PARAMETERS, SCRIPT);
      addSourceMap(SCRIPT, bundle.map);
      break;
    case 'start':
      start(message);
      break;
    case 'kill':
      instances.get(message.life)?.end({ status: undefined, signal: 'SIGKILL' });
      break;
    case 'pause':
    case 'resume':
      instances.get(message.life)?.[message.kind]();
      break;
  }
});

/** Without an instance to blame it is everyone's end. */
shared.process.on('uncaughtException', (error, origin) => {
  const instance = current();
  if (instance) (instance as PackedInstance).fail(error, origin);
  else {
    shared.console.error(error);
    shared.process.exit(1);
  }
});

/** The run ends, or its process has ended. */
shared.process.on('SIGTERM', () => {
  for (const instance of instances.values()) instance.signal('SIGTERM');
  setInterval(() => instances.size === 0 && shared.process.exit(0), 10);
});
shared.process.on('disconnect', () => shared.process.exit(0));

setInterval(() => {
  // Someone waits for a file, or a name: it is not told who.
  if ((shared.process as unknown as { _getActiveRequests(): unknown[] })._getActiveRequests().length > 0)
    return;
  for (const instance of instances.values()) instance.endIfIdle();
}, IDLE_EVERY);

installStackTraces();
watchResources();
openSocketsInHosts();
separateAgents();
for (const name of ['process', 'console'] as const) {
  Object.defineProperty(globalThis, name, {
    get: () => current()?.[name] ?? shared[name],
    configurable: true,
    enumerable: false,
  });
}
