// Logs of hosts: what their programs print, a file a host, kept beside the run until it is published with it.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { move } from './folder.ts';

/** Characters that wait in memory before they are written. */
const BATCH = 1 << 20;

export class HostLogs {
  private readonly folder: string;
  private readonly waiting = new Map<string, string[]>();
  private size = 0;

  /** @param folder to be made */
  constructor(folder: string) {
    mkdirSync(folder);
    this.folder = folder;
  }

  /** @param host its name: part of a file name once slashes are taken out */
  append(host: string, text: string): void {
    const texts = this.waiting.get(host);
    if (texts) texts.push(text);
    else this.waiting.set(host, [text]);
    this.size += text.length;
    if (this.size > BATCH) this.flush();
  }

  /** Moves the logs to where they are to stay. */
  moveTo(path: string): void {
    this.flush();
    move(this.folder, path);
  }

  private flush(): void {
    for (const [host, texts] of this.waiting) {
      appendFileSync(join(this.folder, `${host.replaceAll('/', '-')}.log`), texts.join(''));
    }
    this.waiting.clear();
    this.size = 0;
  }
}
