// An onlooker on the network: asks Chord nodes over UDP what they know of the ring.
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { chordCodec } from '../../protocols/chord/codec.ts';
import type { ChordMessage } from '../../protocols/chord/messages.ts';
import { idOf } from '../../protocols/chord/ring.ts';
import { parseEndpoint } from '../../protocols/socket-address.ts';

export class Onlooker {
  private readonly socket: Socket;
  private readonly replies = new Map<number, (message: ChordMessage) => void>();
  private last = 0;

  constructor() {
    this.socket = createSocket('udp4');
    this.socket.on('message', bytes => {
      const message = chordCodec.decode(bytes);
      this.replies.get(message.rpc)?.(message);
    });
  }

  send(to: string, bytes: Uint8Array): Promise<void> {
    const { ip, port } = parseEndpoint(to)!;
    return new Promise((resolve, reject) =>
      this.socket.send(bytes, port, ip, error => (error ? reject(error) : resolve())),
    );
  }

  /** @returns undefined where no reply comes within a second */
  async ask(to: string, type: 'neighbours' | 'alive'): Promise<ChordMessage | undefined> {
    const rpc = ++this.last;
    const reply = new Promise<ChordMessage>(resolve => this.replies.set(rpc, resolve));
    await this.send(to, chordCodec.encode({ type, rpc }));
    return Promise.race([reply, sleep(1000, undefined, { ref: false })]);
  }

  /** Whether each node's successor and predecessor are the next ones in order of the hashes of the addresses. */
  async isRing(addresses: readonly string[]): Promise<boolean> {
    const ring = [...addresses].sort((a, b) => idOf(a) - idOf(b));
    const replies = await Promise.all(ring.map(address => this.ask(address, 'neighbours')));
    return replies.every(
      (reply, i) =>
        reply?.type === 'neighbours-are' &&
        reply.successors[0].address === ring[(i + 1) % ring.length] &&
        reply.predecessor?.address === ring.at(i - 1),
    );
  }

  /** Waits until the nodes are one ring. @returns whether that came about within `seconds` */
  async seesRing(addresses: readonly string[], seconds: number): Promise<boolean> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      if (await this.isRing(addresses)) return true;
      await sleep(100);
    }
    return false;
  }

  close(): void {
    this.socket.close();
  }
}
