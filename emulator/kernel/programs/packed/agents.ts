// Agents of instances: what Node.js keeps of connections, each instance keeps for itself. A shared one would let an
// instance speak through the socket of another, and so from another host.
import { createRequire } from 'node:module';
import { current, type Instance } from './instances.ts';

type AgentClass = new (options?: object) => object;

/** As Node makes its own global agents. */
const OPTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5000 };

/** Where `fetch` finds its dispatcher. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

const agents = new WeakMap<Instance, Map<string, object>>();

function ownAgent(instance: Instance, key: string, make: () => object): object {
  const known = agents.get(instance) ?? new Map<string, object>();
  agents.set(instance, known);
  const agent = known.get(key) ?? make();
  known.set(key, agent);
  return agent;
}

/** Makes a property that is each instance's own; the shared process has the one that was there. */
function separate(target: object, name: PropertyKey, key: string, shared: object, make: () => object): void {
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    get: () => {
      const instance = current();
      return instance ? ownAgent(instance, key, make) : shared;
    },
    set: (agent: object) => {
      const instance = current();
      if (!instance) return;
      agents.get(instance)?.delete(key);
      ownAgent(instance, key, () => agent);
    },
  });
}

/** To be called once, with `--expose-internals`. */
export function separateAgents(): void {
  const require = createRequire(import.meta.url);
  const http = require('node:_http_agent') as { globalAgent: object; Agent: AgentClass };
  const https = require('node:https') as { globalAgent: object; Agent: AgentClass };
  separate(http, 'globalAgent', 'http', http.globalAgent, () => new http.Agent(OPTIONS));
  separate(https, 'globalAgent', 'https', https.globalAgent, () => new https.Agent(OPTIONS));
  // Of undici's dispatchers Node gives away this one alone; without a proxy it is as the one that `fetch` has.
  let make: () => object = () => ({});
  separate(globalThis, DISPATCHER, 'fetch', {}, () => make());
  const { EnvHttpProxyAgent } = require('internal/deps/undici/undici') as { EnvHttpProxyAgent: AgentClass };
  make = () => new EnvHttpProxyAgent({ noProxy: '*' });
}
