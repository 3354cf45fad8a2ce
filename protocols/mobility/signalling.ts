// What signalling costs: a host that counts the bytes of all that is sent through it.
import type { Host, Meter } from '../port.ts';
import { mobilityCodec } from './codec.ts';
import type { MobilityMessage } from './messages.ts';

/** The host, with what is sent counted in `signalling.bytes`, as payloads of datagrams. */
export function signalling(host: Host<MobilityMessage>, meter: Meter): Host<MobilityMessage> {
  const bytes = meter.counter('signalling.bytes');
  return {
    get address() {
      return host.address;
    },
    now: () => host.now(),
    random: () => host.random(),
    after: (delay, run) => host.after(delay, run),
    send(to, message) {
      bytes.add(mobilityCodec.sizeOf(message));
      host.send(to, message);
    },
  };
}
