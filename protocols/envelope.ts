// The envelope: how every protocol's datagrams begin, so that each knows its own and refuses all others alike.
import { Reader, Writer } from './bytes.ts';
import { MalformedMessage } from './port.ts';

/** One byte of protocol and version (4 bits each), one of the message's type: its place in the list of types. */
export class Envelope<Type extends string> {
  private readonly noun: string;
  private readonly head: number;
  private readonly types: readonly Type[];

  /** @param noun what the protocol's datagrams are called, for errors @param types at most 256; their order is the format's */
  constructor(noun: string, head: number, types: readonly Type[]) {
    this.noun = noun;
    this.head = head;
    this.types = types;
  }

  /** A datagram of so many bytes, the envelope's two included and written. */
  begin(size: number, type: Type): Writer {
    const writer = new Writer(size);
    writer.u8(this.head);
    writer.u8(this.types.indexOf(type));
    return writer;
  }

  /**
   * Reads a datagram that holds one message, and nothing after it.
   * @throws {MalformedMessage} and what else `readBody` throws
   */
  open<M>(bytes: Uint8Array, readBody: (reader: Reader, type: Type) => M): M {
    const reader = new Reader(bytes);
    const head = reader.u8();
    if (head !== this.head) {
      throw new MalformedMessage(`no ${this.noun}: begins with ${head}, not ${this.head}`);
    }
    const number = reader.u8();
    const type = this.types[number];
    if (type === undefined) throw new MalformedMessage(`unknown type ${number}`);
    const message = readBody(reader, type);
    reader.end();
    return message;
  }
}
