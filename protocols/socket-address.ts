// Socket addresses: IP address and UDP port, as text (`192.0.2.1:4000`, `[2001:db8::1]:4000`) and as bytes.
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Reader, Writer } from './bytes.ts';
import { type Address, MalformedMessage } from './port.ts';

export interface Endpoint {
  readonly family: 4 | 6;
  readonly ip: string;
  /** 0 .. 65535 */
  readonly port: number;
}

/** Reads the text of a socket address. Undefined where it is none; names and IPv6 zones are not taken. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]%]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const [, ip6, ip4, digits] = match;
  const port = Number(digits);
  if (port > 65_535) return undefined;
  if (ip4 !== undefined) return isIPv4(ip4) ? { family: 4, ip: ip4, port } : undefined;
  return isIPv6(ip6) ? { family: 6, ip: canonical(ip6), port } : undefined;
}

/** The one text of a socket address, so that equal addresses are equal texts. @param ip as the system writes it */
export function endpointText(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Where a simulated host listens. */
export const SIMULATED_PORT = 4000;

/** The socket address by which a simulated host would be known: host n has the address n + 1 of 10.0.0.0/8. */
function simulatedEndpoint(host: number): Endpoint {
  const number = 0x0a000001 + host;
  const ip = [24, 16, 8, 0].map(shift => (number >>> shift) & 0xff).join('.');
  return { family: 4, ip, port: SIMULATED_PORT };
}

/** Bytes of an address in a message; the number that stands for one in a simulation counts as IPv4. */
export function sizeOfAddress(address: Address): number {
  return typeof address === 'string' && address.startsWith('[') ? 19 : 7;
}

/** Writes the family (4 or 6), the IP address and the port. @throws {TypeError} for what is no socket address */
export function writeAddress(writer: Writer, address: Address): void {
  const endpoint = typeof address === 'number' ? simulatedEndpoint(address) : parseEndpoint(address);
  if (!endpoint) throw new TypeError(`${address} is no socket address`);
  writer.u8(endpoint.family);
  if (endpoint.family === 4) for (const part of endpoint.ip.split('.')) writer.u8(Number(part));
  else for (const group of groupsOf(endpoint.ip)) writer.u16(group);
  writer.u16(endpoint.port);
}

/** @throws {MalformedMessage} where there is none, or one that nothing can be sent to: port 0 */
export function readAddress(reader: Reader): string {
  const ip = readIp(reader);
  const port = reader.u16();
  if (port === 0) throw new MalformedMessage('an address with port 0');
  return endpointText(ip, port);
}

function readIp(reader: Reader): string {
  const family = reader.u8();
  if (family === 4) return `${reader.u8()}.${reader.u8()}.${reader.u8()}.${reader.u8()}`;
  if (family !== 6) throw new MalformedMessage(`an address of unknown family ${family}`);
  const groups = Array.from({ length: 8 }, () => reader.u16().toString(16));
  return canonical(groups.join(':'));
}

/** As the system writes it (RFC 5952), so that it equals the address of a datagram received from there. */
function canonical(ip6: string): string {
  return new SocketAddress({ family: 'ipv6', address: ip6 }).address;
}

/** The eight 16-bit groups of an IPv6 address in any of its forms. */
function groupsOf(ip6: string): number[] {
  const hexadecimal = ip6.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const pair = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
    return `${pair(a, b)}:${pair(c, d)}`;
  });
  const [head, tail] = hexadecimal
    .split('::')
    .map(half => (half === '' ? [] : half.split(':').map(group => Number.parseInt(group, 16))));
  if (tail === undefined) return head;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
