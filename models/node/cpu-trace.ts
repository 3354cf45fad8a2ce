// Traces of CPU use: for each host of a trace, its samples in percent.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A file that holds no trace. Says where and what. */
export class CpuTraceError extends Error {
  override name = 'CpuTraceError';
}

/** A host's samples, in percent, 0 .. 100. */
export type CpuSamples = Uint8Array;

/**
 * Reads a trace: a line for each host, `name,sample,sample,...`, in whole percent, all of the same number of samples;
 * plain or gzip (the form in which CoMon's day of PlanetLab is handed on).
 * @throws {CpuTraceError} naming file and line
 */
export function readCpuTrace(file: string): CpuSamples[] {
  const lines = textOf(file).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0)
    throw new CpuTraceError(`${file}: found an empty file, expected a line for each host`);
  const hosts = lines.map((line, index) => readHost(line.replace(/\r$/, ''), `${file}:${index + 1}`));
  const samples = hosts[0].length;
  const odd = hosts.findIndex(host => host.length !== samples);
  if (odd < 0) return hosts;
  throw new CpuTraceError(
    `${file}:${odd + 1}: found ${hosts[odd].length} samples, expected ${samples}, as in the first line`,
  );
}

function textOf(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new CpuTraceError(`${file}: ${(error as Error).message}`);
  }
}

function readHost(line: string, place: string): CpuSamples {
  const [, ...samples] = line.split(',');
  if (samples.length === 0) {
    throw new CpuTraceError(
      `${place}: found "${line.slice(0, 40)}", expected a name and its samples, with commas between`,
    );
  }
  return Uint8Array.from(samples, (text, index) => {
    const sample = text.trim();
    if (/^\d+$/.test(sample) && Number(sample) <= 100) return Number(sample);
    throw new CpuTraceError(
      `${place}: found "${sample.slice(0, 20)}" as sample ${index + 1}, expected a whole percentage from 0 to 100`,
    );
  });
}
