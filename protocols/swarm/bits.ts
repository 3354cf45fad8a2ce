// A set of pieces as a bitfield, in the form in which it is sent: the first piece in the highest bit of the first byte.

export class Bits {
  readonly size: number;
  private readonly bytes: Uint8Array;
  private set: number;

  /** Empty. @param size how many there may be */
  constructor(size: number) {
    this.size = size;
    this.bytes = new Uint8Array(Math.ceil(size / 8));
    this.set = 0;
  }

  static full(size: number): Bits {
    const bits = new Bits(size);
    for (let index = 0; index < size; index++) bits.add(index);
    return bits;
  }

  /** What `toBytes` gave. Undefined where these are not the bytes of a set of that size. */
  static from(bytes: Uint8Array, size: number): Bits | undefined {
    const bits = new Bits(size);
    if (bytes.length !== bits.bytes.length) return undefined;
    for (let index = 0; index < 8 * bytes.length; index++) {
      if ((bytes[index >> 3] & (0x80 >> (index & 7))) === 0) continue;
      if (index >= size) return undefined;
      bits.add(index);
    }
    return bits;
  }

  /** How many are in the set. */
  get count(): number {
    return this.set;
  }

  get isFull(): boolean {
    return this.set === this.size;
  }

  has(index: number): boolean {
    return (this.bytes[index >> 3] & (0x80 >> (index & 7))) !== 0;
  }

  /** @returns whether it was not there before */
  add(index: number): boolean {
    if (this.has(index)) return false;
    this.bytes[index >> 3] |= 0x80 >> (index & 7);
    this.set++;
    return true;
  }

  /** A copy. */
  toBytes(): Uint8Array {
    return this.bytes.slice();
  }
}
