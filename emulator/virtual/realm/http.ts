// http: agents of each host's own, and limits on slow clients by the host's clock.
import { binding, internal, replace } from './internals.ts';
import { belonging } from './machine.ts';
import { running } from './running.ts';

type AgentClass = new (options: object) => object;

/** The agents' options, as Node makes its own. */
const AGENT = { keepAlive: true, scheduling: 'lifo', timeout: 5000 };

/** A global agent would share its sockets between hosts. */
function installAgent(module: object, key: string, Agent: AgentClass): void {
  const original = (module as Record<string, unknown>).globalAgent;
  Object.defineProperty(module, 'globalAgent', {
    configurable: true,
    enumerable: true,
    get: () =>
      running.machine === undefined ? original : belonging(running.machine, key, () => new Agent(AGENT)),
    set: (agent: object) => running.machine?.belongings.set(key, agent),
  });
}

interface Parser {
  [index: number]: unknown;
  initialize(...args: unknown[]): unknown;
  incoming?: { complete?: boolean } | null;
}

interface ParserBinding {
  readonly HTTPParser: { readonly prototype: Parser; readonly kOnMessageBegin: number };
  readonly ConnectionsList: { readonly prototype: Connections };
}

interface Connections {
  active(): Parser[];
  expired(headersTimeout: number, requestTimeout: number): Parser[];
}

/** When the request began that a server's parser is at, by the host's clock. */
const begun = new WeakMap<Parser, number>();

function monotonic(): number {
  return running.machine?.clock.monotonic() ?? 0;
}

/**
 * The C++ list compares the machine's own clock, by which a host in virtual time may seem slow. Node asks it every thirty
 * seconds which connections have not sent their headers, or all of a request, in time.
 */
function installLimits(): void {
  const { HTTPParser, ConnectionsList } = binding<ParserBinding>('http_parser');
  const { initialize } = HTTPParser.prototype;
  replace(HTTPParser.prototype, 'initialize', function (this: Parser, ...args: unknown[]) {
    const connections = args[4];
    if (connections !== undefined && connections !== null && running.machine !== undefined) {
      begun.set(this, monotonic());
      this[HTTPParser.kOnMessageBegin] = () => begun.set(this, monotonic());
    }
    return initialize.apply(this, args);
  });
  replace(
    ConnectionsList.prototype,
    'expired',
    function (this: Connections, headers: number, request: number) {
      const now = monotonic();
      return this.active().filter(parser => {
        const since = begun.get(parser);
        if (since === undefined) return false;
        const waited = (now - since) / 1e6;
        const inHeaders = parser.incoming === null || parser.incoming === undefined;
        return (inHeaders && headers > 0 && waited > headers) || (request > 0 && waited > request);
      });
    },
  );
}

/** To be called when the handles have been replaced: it loads http and https. */
export function installHttp(): void {
  installLimits();
  const agents = internal<{ readonly Agent: AgentClass }>('_http_agent');
  installAgent(agents, 'http.globalAgent', agents.Agent);
  const https = internal<{ readonly Agent: AgentClass }>('https');
  installAgent(https, 'https.globalAgent', https.Agent);
}
