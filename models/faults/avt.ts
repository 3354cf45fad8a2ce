// Traces of availability in AVT form: for each host, when it was up.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';

/** A file that holds no trace. Says where and what. */
export class TraceError extends Error {
  override name = 'TraceError';
}

/** When a host was up: begins and ends in turn, in nanoseconds from the trace's beginning, each later than the one before. */
export type UpTimes = readonly Nanoseconds[];

/**
 * Reads a trace: a line for each host, `name TAB count TAB begin end begin end ...`, in seconds, plain or gzip (the form
 * of B. Godfrey's repository of availability traces).
 * @throws {TraceError} naming file and line
 */
export function readAvailability(file: string): UpTimes[] {
  const lines = textOf(file).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new TraceError(`${file}: found an empty file, expected a line for each host`);
  return lines.map((line, index) => readHost(line.replace(/\r$/, ''), `${file}:${index + 1}`));
}

function textOf(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new TraceError(`${file}: ${(error as Error).message}`);
  }
}

function readHost(line: string, place: string): UpTimes {
  const [name, count, intervals = ''] = line.split('\t');
  if (count === undefined || !/^\d+$/.test(count.trim())) {
    throw new TraceError(
      `${place}: found "${line.slice(0, 40)}", expected name, number of intervals, and their times, with tabs between`,
    );
  }
  const times = intervals.trim() === '' ? [] : intervals.trim().split(/\s+/).map(Number);
  if (times.length !== 2 * Number(count)) {
    throw new TraceError(
      `${place}: found ${times.length} times of ${name}, expected ${2 * Number(count)}, a begin and an end for each of its ${count.trim()} intervals`,
    );
  }
  for (const [index, time] of times.entries()) {
    if (!(time >= 0))
      throw new TraceError(
        `${place}: found the time ${line.split(/\s+/)[2 + index]}, expected seconds, at least 0`,
      );
    if (index > 0 && time < times[index - 1]) {
      const what =
        index % 2 === 1 ? 'an end before its start' : 'an interval that begins before the last one ends';
      throw new TraceError(`${place}: found ${what}, ${times[index - 1]} then ${time}`);
    }
  }
  return times.map(time => Math.round(time * SECOND));
}
