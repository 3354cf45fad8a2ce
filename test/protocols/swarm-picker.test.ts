// Which block is asked for next: strict priority, random first piece, rarest first, endgame; and the sets it is decided by.
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { Bits } from '../../protocols/swarm/bits.ts';
import { Layout } from '../../protocols/swarm/layout.ts';
import { Picker } from '../../protocols/swarm/picker.ts';

const CUT = { file: 16 * 2 ** 14, piece: 2 ** 14, block: 2 ** 12 };
const layout = new Layout(CUT);
const BLOCKS = layout.blocksPerPiece;

const setOf = (...pieces: number[]) => {
  const bits = new Bits(layout.pieces);
  for (const piece of pieces) bits.add(piece);
  return bits;
};
const all = Bits.full(layout.pieces);

function picker(seed: string, own: Bits, ...neighbours: Bits[]): Picker {
  const made = new Picker(layout, own, seedrandom.alea(seed));
  for (const have of neighbours) made.count(have, 1);
  return made;
}

/** The piece that would be begun at a neighbour, on each of many draws. */
const choices = (own: Bits, neighbours: Bits[], at: Bits) =>
  Array.from({ length: 200 }, (_, i) =>
    layout.pieceOf(picker(`draw ${i}`, Bits.from(own.toBytes(), layout.pieces)!, ...neighbours).next(at, [])),
  );

describe('the first block of a new piece', () => {
  const most = setOf(...Array.from({ length: 13 }, (_, i) => i));

  test('is of one of the rarest, each as likely', () => {
    const drawn = choices(setOf(0), [all, most, most], all);
    for (const piece of [13, 14, 15]) {
      const times = drawn.filter(other => other === piece).length;
      // 200 draws of one in three: more than 4 standard deviations are 27.
      expect(Math.abs(times - 200 / 3)).toBeLessThan(27);
    }
    expect(new Set(drawn).size).toBe(3);
  });

  test('is of the rarest that this neighbour has', () => {
    const [two, three] = [setOf(3, 4), setOf(3, 4, 5)];
    expect(new Set(choices(setOf(0), [all, two, three], three))).toEqual(new Set([5]));
  });

  test('is of any piece, while there is none yet', () => {
    expect(new Set(choices(setOf(), [all, most, most], all)).size).toBe(layout.pieces);
  });
});

test('a piece that was begun is finished first, by whichever neighbour has it', () => {
  const made = picker('1', setOf(), all, all);
  const first = made.next(all, []);
  const piece = layout.pieceOf(first);
  const rest = Array.from({ length: BLOCKS - 1 }, () => made.next(all, []));
  expect([first, ...rest].map(block => layout.pieceOf(block))).toEqual(Array(BLOCKS).fill(piece));
  expect(new Set([first, ...rest]).size).toBe(BLOCKS);
  expect(layout.pieceOf(made.next(all, []))).not.toBe(piece);
});

test('of several that were begun the rarest is finished first', () => {
  const made = picker('1', setOf(0), setOf(1), setOf(2), setOf(1), setOf(1, 2), setOf(2), setOf(2));
  expect(layout.pieceOf(made.next(setOf(2), []))).toBe(2);
  expect(layout.pieceOf(made.next(setOf(1), []))).toBe(1);
  expect(layout.pieceOf(made.next(setOf(1, 2), []))).toBe(1);
});

test('one that alone has a piece is asked for that, though another piece was begun', () => {
  const common = setOf(1);
  const made = picker('1', setOf(0), all, common);
  expect(layout.pieceOf(made.next(common, []))).toBe(1);
  expect(layout.pieceOf(made.next(all, []))).not.toBe(1);
});

describe('endgame', () => {
  const lacking = (...missing: number[]) => setOf(...[...Array(16).keys()].filter(i => !missing.includes(i)));

  test('begins when all is asked for, and asks others for the same, the least asked for first', () => {
    const made = picker('1', lacking(7), all, all);
    const wanted = Array.from({ length: BLOCKS }, () => made.next(all, []));
    const again: number[] = [];
    for (let block = made.next(all, again); block >= 0; block = made.next(all, again)) again.push(block);
    expect([...again].sort()).toEqual([...wanted].sort());
    expect(again.map(block => made.askersOf(block))).toEqual(Array(BLOCKS).fill(2));
  });

  test('does not begin while something can be asked for', () => {
    const made = picker('1', lacking(7, 8), all, setOf(7));
    for (let i = 0; i < BLOCKS; i++) expect(layout.pieceOf(made.next(setOf(7), []))).toBe(7);
    expect(made.next(setOf(7), [])).toBe(-1);
    expect(layout.pieceOf(made.next(all, []))).toBe(8);
  });

  test('what has come is not asked for again', () => {
    const made = picker('1', lacking(7), all, all);
    const wanted = Array.from({ length: BLOCKS }, () => made.next(all, []));
    expect(made.arrived(wanted[0])).toBe('new');
    expect(made.arrived(wanted[0])).toBe('duplicate');
    expect(made.next(all, wanted.slice(1))).toBe(-1);
    for (const block of wanted.slice(1, -1)) expect(made.arrived(block)).toBe('new');
    expect(made.arrived(wanted.at(-1)!)).toBe('piece');
    expect(made.own.isFull).toBe(true);
  });
});

test('whatever is asked, released and received in whatever order, each block counts once and all can be had', () => {
  const step = fc.record({ neighbour: fc.nat(2), act: fc.constantFrom('ask', 'ask', 'release', 'receive') });
  fc.assert(
    fc.property(fc.string(), fc.array(step, { maxLength: 200 }), (seed, steps) => {
      const haves = [all, setOf(0, 1, 2, 3), setOf(2, 5, 7, 11, 15)];
      const made = picker(seed, setOf(), ...haves);
      const wanted: number[][] = [[], [], []];
      const arrived = new Set<number>();
      const receive = (at: number) => {
        const block = wanted[at].shift()!;
        made.release(block);
        expect(made.arrived(block) === 'duplicate').toBe(arrived.has(block));
        arrived.add(block);
      };
      for (const { neighbour, act } of steps) {
        const list = wanted[neighbour];
        if (act === 'ask') {
          const block = made.next(haves[neighbour], list);
          if (block < 0) continue;
          expect(list).not.toContain(block);
          expect(haves[neighbour].has(layout.pieceOf(block))).toBe(true);
          expect(arrived).not.toContain(block);
          list.push(block);
        } else if (list.length > 0) {
          if (act === 'release') made.release(list.pop()!);
          else receive(neighbour);
        }
      }
      for (let block = made.next(all, wanted[0]); block >= 0; block = made.next(all, wanted[0])) {
        wanted[0].push(block);
      }
      while (wanted[0].length > 0) receive(0);
      expect(made.own.isFull).toBe(true);
      expect(arrived.size).toBe(layout.pieces * BLOCKS);
    }),
  );
});

describe('a layout', () => {
  test('cuts a file into blocks that together are the file', () => {
    const cut = fc.record({
      file: fc.integer({ min: 1, max: 2 ** 22 }),
      piece: fc.integer({ min: 2 ** 14, max: 2 ** 18 }),
      block: fc.integer({ min: 1200, max: 2 ** 14 }),
    });
    fc.assert(
      fc.property(cut, given => {
        const made = new Layout(given);
        let [bytes, blocks] = [0, 0];
        for (let block = 0; block < made.pieces * made.blocksPerPiece; block++) {
          const size = made.sizeOfBlock(block);
          expect(size).toBeLessThanOrEqual(made.wholeBlock);
          bytes += size;
          if (size > 0) blocks++;
        }
        expect(bytes).toBe(given.file);
        let counted = 0;
        for (let piece = 0; piece < made.pieces; piece++) counted += made.blocksOf(piece);
        expect(counted).toBe(blocks);
        expect(made.sizeOfBlock(made.pieces * made.blocksPerPiece)).toBe(0);
      }),
    );
  });
});

describe('a bitfield', () => {
  test('is the set that was put in, and back', () => {
    const members = fc.uniqueArray(fc.nat(99));
    fc.assert(
      fc.property(members, list => {
        const bits = new Bits(100);
        for (const index of list) expect(bits.add(index)).toBe(true);
        for (const index of list) expect(bits.add(index)).toBe(false);
        const copy = Bits.from(bits.toBytes(), 100)!;
        expect(copy.count).toBe(list.length);
        for (let index = 0; index < 100; index++) expect(copy.has(index)).toBe(list.includes(index));
      }),
    );
  });

  test('of another length, or with pieces that there are not, is none', () => {
    expect(Bits.from(new Uint8Array(12), 100)).toBeUndefined();
    expect(Bits.from(new Uint8Array(13), 100)).toBeDefined();
    expect(Bits.from(new Uint8Array(13).fill(0xff), 100)).toBeUndefined();
    expect(Bits.from(Bits.full(100).toBytes(), 100)!.isFull).toBe(true);
  });
});
