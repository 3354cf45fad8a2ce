// What a user wants to see of single hosts while real code runs: a trace of their doings, and their packets.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostPlan } from '../emulator/host-plan.ts';
import { findHost } from '../emulator/kernel/control/host-lookup.ts';
import { PcapngWriter } from '../results/pcapng.ts';
import type { Parts } from '../results/publish.ts';
import type { Nanoseconds } from '../sim/time.ts';
import { UsageError } from './exit.ts';
import { move } from './folder.ts';

/** Hosts by their indices. */
export interface Looked {
  readonly traced: readonly number[];
  readonly captured: readonly number[];
}

export const nothingLooked: Looked = { traced: [], captured: [] };

/** @throws {UsageError} for a host that there is not */
export function hostsNamed(option: string, texts: readonly string[], plans: readonly HostPlan[]): number[] {
  const indices = texts
    .flatMap(text => text.replace(/^host=/, '').split(','))
    .map(text => {
      try {
        return findHost(text, plans);
      } catch (error) {
        throw new UsageError(`${option}: ${(error as Error).message}`);
      }
    });
  return [...new Set(indices)];
}

/** Bytes of a trace that wait in memory before they are written. */
const BATCH = 1 << 20;

/** Keeps a trace and a capture in a folder, until they move to the run directory. */
export class Lookout {
  private readonly folder: string;
  private readonly names: readonly string[];
  private readonly looked: Looked;
  private readonly writer: PcapngWriter | undefined;
  private readonly interfaces = new Map<number, number>();
  private lines: string[] = [];
  private size = 0;

  /** @param epoch seconds since 1970 at the start of the run */
  constructor(folder: string, names: readonly string[], looked: Looked, epoch: number) {
    this.folder = folder;
    this.names = names;
    this.looked = looked;
    if (looked.captured.length === 0) return;
    this.writer = new PcapngWriter(join(folder, 'packets.pcapng'), { epoch });
    for (const host of looked.captured) this.interfaces.set(host, this.writer.interface(names[host]));
  }

  trace(host: number, time: Nanoseconds, text: string): void {
    const line = `${(time / 1e9).toFixed(9).padStart(16)}  ${this.names[host]}  ${text}\n`;
    this.lines.push(line);
    this.size += line.length;
    if (this.size > BATCH) this.flush();
  }

  packet(host: number, direction: 'in' | 'out', time: Nanoseconds, bytes: Uint8Array): void {
    const number = this.interfaces.get(host);
    if (number !== undefined) this.writer!.packet(number, direction, time, bytes);
  }

  /** The files, by the names that they get in the run directory. */
  attachments(): Parts {
    const part = (name: string) => ({
      [name]: async (path: string) => move(join(this.folder, name), path),
    });
    this.flush();
    this.writer?.close();
    return {
      ...(this.looked.traced.length > 0 && part('trace.txt')),
      ...(this.writer && part('packets.pcapng')),
    };
  }

  private flush(): void {
    if (this.looked.traced.length === 0) return;
    appendFileSync(join(this.folder, 'trace.txt'), this.lines.join(''));
    this.lines = [];
    this.size = 0;
  }
}
