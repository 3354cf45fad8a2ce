// Bytes: the fields of a datagram, written and read in network byte order.
import { MalformedMessage } from './port.ts';

/** The largest payload of a UDP datagram over IPv4, in bytes. */
export const MAX_PAYLOAD = 65_507;

/** Fills a datagram of known size from its start. */
export class Writer {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  u8(value: number): void {
    this.view.setUint8(this.at, value);
    this.at += 1;
  }

  u16(value: number): void {
    this.view.setUint16(this.at, value);
    this.at += 2;
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  u48(value: number): void {
    this.u16(Math.floor(value / 2 ** 32));
    this.u32(value % 2 ** 32);
  }

  f32(value: number): void {
    this.view.setFloat32(this.at, value);
    this.at += 4;
  }

  /** A run of bytes, up to 65535, after its length (2 bytes). */
  block(bytes: Uint8Array): void {
    this.u16(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
}

/** Takes a datagram apart from its start; what is not there is a `MalformedMessage`. */
export class Reader {
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.view.byteLength - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2));
  }

  u32(): number {
    return this.view.getUint32(this.take(4));
  }

  u48(): number {
    const high = this.u16();
    return high * 2 ** 32 + this.u32();
  }

  /** @throws {MalformedMessage} also where the byte is neither 0 nor 1 */
  flag(): boolean {
    const flag = this.u8();
    if (flag > 1) throw new MalformedMessage(`${flag} where 0 or 1 may be`);
    return flag === 1;
  }

  /** @throws {MalformedMessage} also where the number is not finite */
  f32(): number {
    const value = this.view.getFloat32(this.take(4));
    if (!Number.isFinite(value)) throw new MalformedMessage(`a number that is ${value}`);
    return value;
  }

  /** A copy of a run of bytes that `Writer.block` wrote. */
  block(): Uint8Array {
    const length = this.u16();
    const start = this.view.byteOffset + this.take(length);
    return new Uint8Array(this.view.buffer.slice(start, start + length) as ArrayBuffer);
  }

  /** Passes over so many bytes. */
  skip(count: number): void {
    this.take(count);
  }

  /** A datagram holds one message and nothing after it. */
  end(): void {
    if (this.left > 0) throw new MalformedMessage(`${this.left} bytes after the message's end`);
  }

  private take(count: number): number {
    const { at } = this;
    if (this.left < count) throw new MalformedMessage(`cut off at byte ${this.view.byteLength}`);
    this.at = at + count;
    return at;
  }
}
