// Captures in mode `model`: the datagrams that modelled hosts would send and receive, as bytes for Wireshark.
import { addressBeside } from '../emulator/virtual/transport/addresses.ts';
import { Datagram } from '../emulator/virtual/transport/packet.ts';
import { wireBytes } from '../emulator/virtual/wire.ts';
import type { AnyProtocol } from '../protocols/catalogue.ts';
import type { Address, Host, Protocol } from '../protocols/port.ts';
import { SIMULATED_PORT } from '../protocols/socket-address.ts';

/** Told of each packet of the hosts that are captured. */
export type Tap = (host: number, direction: 'in' | 'out', bytes: Uint8Array) => void;

/** The same protocols; of hosts that are captured, every message is shown to the tap when it is sent and when it comes. */
export function tapped(
  protocols: Readonly<Record<string, AnyProtocol>>,
  captured: readonly number[],
  tap: Tap,
): Record<string, AnyProtocol> {
  if (captured.length === 0) return { ...protocols };
  const hosts = new Set(captured);
  return Object.fromEntries(
    Object.entries(protocols).map(([name, definition]) => [name, tappedProtocol(definition, hosts, tap)]),
  );
}

function tappedProtocol(definition: AnyProtocol, hosts: ReadonlySet<number>, tap: Tap): AnyProtocol {
  const packet = (from: Address, to: Address, message: unknown): Uint8Array => {
    const [source, destination] = [from, to].map(host => addressBeside(0, Number(host)));
    const payload = definition.codec.encode(message);
    return wireBytes(new Datagram(source, destination, SIMULATED_PORT, SIMULATED_PORT, payload));
  };
  return {
    ...definition,
    create(
      host: Host<unknown>,
      ...rest: Parameters<AnyProtocol['create']> extends [unknown, ...infer R] ? R : never
    ) {
      const self = Number(host.address);
      if (!hosts.has(self)) return definition.create(host, ...rest);
      const protocol: Protocol<unknown> = definition.create(new TappedHost(host, tapOut), ...rest);
      return {
        start: () => protocol.start(),
        stop: () => protocol.stop(),
        receive(from: Address, message: unknown) {
          tap(self, 'in', packet(from, self, message));
          protocol.receive(from, message);
        },
      };

      function tapOut(to: Address, message: unknown): void {
        tap(self, 'out', packet(self, to, message));
      }
    },
  };
}

/** A host whose messages are seen before they are sent. */
class TappedHost implements Host<unknown> {
  readonly address: Address;
  private readonly host: Host<unknown>;
  private readonly see: (to: Address, message: unknown) => void;

  constructor(host: Host<unknown>, see: (to: Address, message: unknown) => void) {
    this.host = host;
    this.address = host.address;
    this.see = see;
  }

  now() {
    return this.host.now();
  }

  random() {
    return this.host.random();
  }

  after(delay: number, run: () => void) {
    return this.host.after(delay, run);
  }

  send(to: Address, message: unknown): void {
    this.see(to, message);
    this.host.send(to, message);
  }
}
