// cares_wrap: what `dns` takes for the resolver. Names are the scenario's; an answer takes the time that the run says.
import { captureContext, inContext } from '../realm/context.ts';
import { binding, replace } from '../realm/internals.ts';
import type { Machine } from '../realm/machine.ts';
import { machineOf } from '../realm/running.ts';
import type { Family, Status } from '../transport/stack.ts';
import { EAI_NONAME } from './errno.ts';

interface Request {
  oncomplete(...results: unknown[]): void;
}

/** Of answers, in seconds. */
const TIME_TO_LIVE = 60;

const LOOPBACK: Readonly<Record<Family, string>> = { IPv4: '127.0.0.1', IPv6: '::1' };

/** Whoever lives on a request: it answers after the delay of the run's resolver. */
function answerLater(machine: Machine, request: Request, results: readonly unknown[]): void {
  const context = captureContext('DNSREQ');
  machine.references++;
  machine.after(machine.names.delay, () => {
    machine.references--;
    inContext(context, () => request.oncomplete(...results));
  });
}

function addressesOf(machine: Machine, name: string, family: Family | undefined): readonly string[] {
  const plain = name.toLowerCase().replace(/\.$/, '');
  if (plain !== 'localhost') return machine.names.lookup(plain, family);
  return family === undefined ? [LOOPBACK.IPv4, LOOPBACK.IPv6] : [LOOPBACK[family]];
}

/** libuv's getaddrinfo, @param family 0, 4 or 6 */
function getaddrinfo(request: Request, name: string, family: number): Status {
  const machine = machineOf('a DNS lookup');
  const wanted = family === 4 ? 'IPv4' : family === 6 ? 'IPv6' : undefined;
  const found = addressesOf(machine, name, wanted);
  machine.trace?.('dns', `lookup ${name}: ${found.join(', ') || 'no such name'}`);
  answerLater(machine, request, found.length === 0 ? [EAI_NONAME] : [null, [...found]]);
  return 0;
}

/** libuv's getnameinfo: the name of an address, and the service of a port as a number. */
function getnameinfo(request: Request, address: string, port: number): Status {
  const machine = machineOf('a DNS lookup');
  const [name = address] = machine.names.reverse(address);
  answerLater(machine, request, [null, name, String(port)]);
  return 0;
}

/** c-ares: queries for records. Hosts have addresses and names, and no other records. */
class Channel {
  private servers: unknown[] = [['10.0.0.53', 53]];

  getServers(): unknown[] {
    return this.servers;
  }

  setServers(servers: unknown[]): Status {
    this.servers = servers;
    return 0;
  }

  setLocalAddress(): void {}

  cancel(): void {}

  queryA(request: Request, name: string): Status {
    return this.queryAddresses(request, name, 'IPv4');
  }

  queryAaaa(request: Request, name: string): Status {
    return this.queryAddresses(request, name, 'IPv6');
  }

  getHostByAddr(request: Request, address: string): Status {
    const machine = machineOf('a DNS query');
    const names = machine.names.reverse(address);
    answerLater(machine, request, names.length === 0 ? ['ENOTFOUND'] : [null, [...names]]);
    return 0;
  }

  private queryAddresses(request: Request, name: string, family: Family): Status {
    const machine = machineOf('a DNS query');
    const found = addressesOf(machine, name, family);
    machine.trace?.('dns', `resolve ${name}: ${found.join(', ') || 'no such name'}`);
    const unknown = addressesOf(machine, name, undefined).length === 0;
    const missing = [unknown ? 'ENOTFOUND' : 'ENODATA'];
    answerLater(
      machine,
      request,
      found.length === 0 ? missing : [null, [...found], found.map(() => TIME_TO_LIVE)],
    );
    return 0;
  }
}

/** Records that hosts do not have. */
const OTHER_RECORDS = ['Any', 'Caa', 'Cname', 'Mx', 'Naptr', 'Ns', 'Ptr', 'Soa', 'Srv', 'Tlsa', 'Txt'];

function queryNothing(request: Request): Status {
  answerLater(machineOf('a DNS query'), request, ['ENODATA']);
  return 0;
}

export function installDns(): void {
  const cares = binding<object>('cares_wrap');
  for (const record of OTHER_RECORDS) replace(Channel.prototype, `query${record}`, queryNothing);
  replace(cares, 'getaddrinfo', getaddrinfo);
  replace(cares, 'getnameinfo', getnameinfo);
  replace(cares, 'ChannelWrap', Channel);
  for (const name of ['GetAddrInfoReqWrap', 'GetNameInfoReqWrap', 'QueryReqWrap'])
    replace(cares, name, class {});
}
