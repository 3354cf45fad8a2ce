// Answers to pings, as ping's daemons print them: `{"event":"answer","from":"10.0.0.2:4000","rtt":78113042}`.
import { indexOfIpv4 } from '../emulator/host-plan.ts';
import type { Watch } from './finished.ts';

export class Answers {
  private readonly answered: NonNullable<Watch['answered']>;

  constructor(answered: NonNullable<Watch['answered']>) {
    this.answered = answered;
  }

  /** @param host whose daemon printed the line */
  take(host: number, line: string): void {
    const match = /"event":"answer","from":"(\d+)\.(\d+)\.(\d+)\.(\d+):\d+","rtt":(\d+)/.exec(line);
    if (!match) return;
    const [a, b, c, d, rtt] = match.slice(1).map(Number);
    const answerer = indexOfIpv4((a << 24) | (b << 16) | (c << 8) | d);
    if (answerer !== undefined) this.answered(host, answerer, rtt);
  }
}
