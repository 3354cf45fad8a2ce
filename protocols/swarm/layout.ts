// How a file is cut into pieces, and these into blocks. Blocks are numbered through the whole file.
import type { Cut } from './messages.ts';

export class Layout {
  readonly cut: Cut;
  readonly pieces: number;
  /** Blocks that a piece has, but for the last one, which may have fewer. */
  readonly blocksPerPiece: number;
  /** Bytes of most blocks; the last of a piece, and of the file, may be smaller. */
  readonly wholeBlock: number;

  constructor({ file, piece, block }: Cut) {
    this.cut = { file, piece, block };
    this.pieces = Math.ceil(file / piece);
    this.blocksPerPiece = Math.ceil(piece / block);
    this.wholeBlock = Math.min(file, piece, block);
  }

  /** Whether another member's file is cut the same way. */
  fits({ file, piece, block }: Cut): boolean {
    return file === this.cut.file && piece === this.cut.piece && block === this.cut.block;
  }

  blocksOf(piece: number): number {
    return Math.ceil(this.sizeOfPiece(piece) / this.cut.block);
  }

  firstBlockOf(piece: number): number {
    return piece * this.blocksPerPiece;
  }

  pieceOf(block: number): number {
    return Math.floor(block / this.blocksPerPiece);
  }

  /** Bytes of a block. 0 where there is no such block. */
  sizeOfBlock(block: number): number {
    const piece = this.pieceOf(block);
    if (piece >= this.pieces) return 0;
    const start = (block - this.firstBlockOf(piece)) * this.cut.block;
    return Math.max(0, Math.min(this.cut.block, this.sizeOfPiece(piece) - start));
  }

  private sizeOfPiece(piece: number): number {
    return Math.min(this.cut.piece, this.cut.file - piece * this.cut.piece);
  }
}
