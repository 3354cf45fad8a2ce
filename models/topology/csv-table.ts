// CSV tables from disk: plain or gzip, every record as text, every failure a TopologyError that names the file.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import { TopologyError } from './topology.ts';

/**
 * Reads a CSV file, gzip or plain (told by gzip's magic bytes, RFC 1952, not by the file's name).
 * @returns the records, each cell trimmed; `records[r]` is row r + 1 of the file. Blank rows at the end are left out.
 * @throws TopologyError where the file cannot be read, unpacked or parsed, or holds nothing
 */
export function readRecords(file: string): string[][] {
  const records = parseRecords(file, unpack(file, readBytes(file)));
  while (records.length > 0 && records[records.length - 1].every(cell => cell === '')) records.pop();
  if (records.length === 0) throw new TopologyError(`${file}: the file is empty`);
  return records;
}

/** A cell as an error shows it: quoted, at most 40 characters of it. */
export function shown(cell: string): string {
  return JSON.stringify(cell.length <= 40 ? cell : `${cell.slice(0, 39)}…`);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TopologyError(`${file}: ${code === 'ENOENT' ? 'no such file' : `cannot be read: ${message}`}`);
  }
}

function unpack(file: string, bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new TopologyError(`${file}: broken gzip: ${(error as Error).message}`);
  }
}

function parseRecords(file: string, bytes: Buffer): string[][] {
  try {
    return parse(bytes, { bom: true, trim: true, relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) throw new TopologyError(`${file}: not CSV: ${error.message}`);
    throw error;
  }
}
