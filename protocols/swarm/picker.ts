// What to ask a neighbour for next: strict priority, then a random first piece or the rarest, and in the end everything again.
import type { Bits } from './bits.ts';
import type { Layout } from './layout.ts';

/** A piece of which some blocks have been asked for or have come. */
interface Partial {
  readonly piece: number;
  /** For each block how many neighbours it is asked of. */
  readonly askers: Uint16Array;
  readonly arrived: Uint8Array;
  /** Blocks that have not come, and those of them that nobody is asked for. */
  missing: number;
  unasked: number;
}

/**
 * Piece selection after section 2.4 of B. Cohen, "Incentives Build Robustness in BitTorrent", 2003: blocks of a piece that was
 * begun come first (strict priority); until a member has a piece it begins random ones, afterwards those that fewest of its
 * neighbours have (rarest first); when all that it lacks is asked for, it asks others for the same (endgame mode). Beyond the
 * paper, a neighbour that alone has a piece is asked for that before anything that others can give: strict priority would
 * have the only seed send what the swarm has already.
 */
export class Picker {
  /** The pieces that are complete. */
  readonly own: Bits;
  private readonly layout: Layout;
  private readonly random: () => number;
  /** How many neighbours have each piece. */
  private readonly holders: Uint16Array;
  /** Pieces that one neighbour alone has, and of which nothing was asked for yet. */
  private lone = 0;
  private readonly begun = new Map<number, Partial>();

  /** @param random uniform in [0, 1) */
  constructor(layout: Layout, own: Bits, random: () => number) {
    this.layout = layout;
    this.own = own;
    this.random = random;
    this.holders = new Uint16Array(layout.pieces);
  }

  /** A neighbour has come (+1) or gone (-1) with these pieces. @returns how many of them this member lacks */
  count(have: Bits, by: 1 | -1): number {
    let useful = 0;
    for (let piece = 0; piece < have.size; piece++) {
      if (!have.has(piece)) continue;
      this.change(piece, by);
      if (!this.own.has(piece)) useful++;
    }
    return useful;
  }

  /** A neighbour has one more piece. */
  held(piece: number): void {
    this.change(piece, 1);
  }

  /**
   * The next block to ask a neighbour for; it then counts as asked for.
   * @param wanted what that neighbour is asked for already
   * @returns -1 where there is nothing
   */
  next(have: Bits, wanted: readonly number[]): number {
    const begun = this.rarestBegun(have);
    if (begun && !this.wastes(begun)) return this.take(begun, unaskedOf(begun));
    const piece = this.own.count === 0 ? this.randomPiece(have) : this.rarestPiece(have);
    if (piece >= 0 && (!begun || this.holders[piece] === 1)) return this.take(this.begin(piece), 0);
    return begun ? this.take(begun, unaskedOf(begun)) : this.again(have, wanted);
  }

  /** A neighbour is no longer asked for a block. */
  release(block: number): void {
    const piece = this.layout.pieceOf(block);
    const partial = this.begun.get(piece);
    if (!partial) return;
    const index = block - this.layout.firstBlockOf(piece);
    partial.askers[index]--;
    if (partial.askers[index] === 0 && !partial.arrived[index]) partial.unasked++;
  }

  /** How many neighbours are asked for a block that has not come. */
  askersOf(block: number): number {
    const piece = this.layout.pieceOf(block);
    return this.begun.get(piece)?.askers[block - this.layout.firstBlockOf(piece)] ?? 0;
  }

  /** A block has come. @returns what it is: already there, new, or the last of its piece */
  arrived(block: number): 'duplicate' | 'new' | 'piece' {
    const piece = this.layout.pieceOf(block);
    if (this.own.has(piece)) return 'duplicate';
    // Nobody need be asked for it any more: it may come from one who was.
    const partial = this.begun.get(piece) ?? this.begin(piece);
    const index = block - this.layout.firstBlockOf(piece);
    if (partial.arrived[index]) return 'duplicate';
    partial.arrived[index] = 1;
    partial.missing--;
    if (partial.askers[index] === 0) partial.unasked--;
    if (partial.missing > 0) return 'new';
    this.begun.delete(piece);
    this.own.add(piece);
    return 'piece';
  }

  /** Whether others could give what was begun, while there are pieces that one neighbour alone could give. */
  private wastes({ piece }: Partial): boolean {
    return this.own.count > 0 && this.lone > 0 && this.holders[piece] > 1;
  }

  private change(piece: number, by: 1 | -1): void {
    const counts = !this.own.has(piece) && !this.begun.has(piece);
    if (counts && this.holders[piece] === 1) this.lone--;
    this.holders[piece] += by;
    if (counts && this.holders[piece] === 1) this.lone++;
  }

  private begin(piece: number): Partial {
    if (this.holders[piece] === 1) this.lone--;
    const blocks = this.layout.blocksOf(piece);
    const partial = {
      piece,
      askers: new Uint16Array(blocks),
      arrived: new Uint8Array(blocks),
      missing: blocks,
      unasked: blocks,
    };
    this.begun.set(piece, partial);
    return partial;
  }

  private take(partial: Partial, index: number): number {
    if (partial.askers[index] === 0) partial.unasked--;
    partial.askers[index]++;
    return this.layout.firstBlockOf(partial.piece) + index;
  }

  private rarestBegun(have: Bits): Partial | undefined {
    let rarest: Partial | undefined;
    for (const partial of this.begun.values()) {
      if (partial.unasked === 0 || !have.has(partial.piece)) continue;
      if (!rarest || this.holders[partial.piece] < this.holders[rarest.piece]) rarest = partial;
    }
    return rarest;
  }

  private startable(piece: number, have: Bits): boolean {
    return have.has(piece) && !this.own.has(piece) && !this.begun.has(piece);
  }

  private randomPiece(have: Bits): number {
    let candidates = 0;
    for (let piece = 0; piece < have.size; piece++) if (this.startable(piece, have)) candidates++;
    if (candidates === 0) return -1;
    let chosen = Math.floor(this.random() * candidates);
    for (let piece = 0; ; piece++) if (this.startable(piece, have) && chosen-- === 0) return piece;
  }

  /** Of several that are equally rare one at random. */
  private rarestPiece(have: Bits): number {
    let fewest = Infinity;
    let candidates = 0;
    for (let piece = 0; piece < have.size; piece++) {
      const holders = this.holders[piece];
      if (holders > fewest || !this.startable(piece, have)) continue;
      candidates = holders < fewest ? 1 : candidates + 1;
      fewest = holders;
    }
    if (candidates === 0) return -1;
    let chosen = Math.floor(this.random() * candidates);
    for (let piece = 0; ; piece++) {
      if (this.holders[piece] === fewest && this.startable(piece, have) && chosen-- === 0) return piece;
    }
  }

  /** Endgame: of the blocks that have not come, one that the fewest are asked for. */
  private again(have: Bits, wanted: readonly number[]): number {
    if (this.own.count + this.begun.size < this.own.size) return -1;
    let best: Partial | undefined;
    let at = -1;
    for (const partial of this.begun.values()) {
      if (partial.unasked > 0) return -1;
      if (!have.has(partial.piece)) continue;
      const first = this.layout.firstBlockOf(partial.piece);
      for (let index = 0; index < partial.askers.length; index++) {
        if (partial.arrived[index] || wanted.includes(first + index)) continue;
        if (best && partial.askers[index] >= best.askers[at]) continue;
        best = partial;
        at = index;
      }
    }
    return best ? this.take(best, at) : -1;
  }
}

function unaskedOf({ askers, arrived }: Partial): number {
  for (let index = 0; ; index++) if (askers[index] === 0 && !arrived[index]) return index;
}
