// Captures of modelled hosts, as Wireshark's own tools read them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { has } from '../programs.ts';
import { Folder } from './petri.ts';

const folder = new Folder();
afterAll(() => folder.leave());

describe('a capture in mode model', () => {
  test('holds what a host sent and received, with true addresses, ports and checksums', async ctx => {
    if (!has('tshark') || !has('capinfos')) ctx.skip('the programs tshark and capinfos are not installed');
    const { stdout } = await folder.expecting(
      0,
      'run',
      'first-ping',
      '--capture',
      'princeton-1',
      '--out',
      'seen',
    );
    expect(stdout).toContain('manifest.json, packets.pcapng');
    const capture = folder.file('seen', 'packets.pcapng');
    const fields = ['frame.time_epoch', 'ip.src', 'ip.dst', 'udp.srcport', 'udp.dstport', 'udp.length'];
    const checks = ['-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
    const read = (...shown: string[]) =>
      execFileSync(
        'tshark',
        ['-r', capture, ...checks, '-T', 'fields', ...shown.flatMap(field => ['-e', field])],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      )
        .trimEnd()
        .split('\n');
    const packets = read(...fields).map(line => line.split('\t'));
    // Four nodes, a probe each 5 s for 2 minutes: its own with their answers, and those that it answered.
    const { metrics } = JSON.parse(readFileSync(folder.file('seen', 'summary.json'), 'utf8'));
    expect(packets.length).toBeGreaterThan(metrics['prober.sent'].count / 4);
    expect(packets.every(([, from, to]) => [from, to].includes('10.0.0.1'))).toBe(true);
    // 64 bytes of payload and UDP's header.
    for (const packet of packets) expect(packet.slice(3)).toEqual(['4000', '4000', '72']);
    const times = packets.map(([time]) => Number(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.floor(times[0])).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) / 1000);
    expect(new Set(read('udp.checksum.status', 'ip.checksum.status'))).toEqual(new Set(['1\t1']));
    expect(execFileSync('capinfos', ['-c', capture], { encoding: 'utf8' })).toContain(`${packets.length}`);
  });

  test('changes nothing in the run, and writes addresses within messages as those of the hosts', async () => {
    const run = async (out: string, ...more: string[]) =>
      JSON.parse(
        (
          await folder.expecting(
            0,
            'run',
            'planetlab-2003',
            '--duration',
            '6m',
            '--set',
            'faults=[]',
            '--set',
            'expect=[]',
            '--json',
            '--out',
            out,
            ...more,
          )
        ).stdout,
      ).digest;
    expect(await run('plain')).toBe(await run('watched', '--capture', 'dht@utah-1'));
    expect(readFileSync(folder.file('watched', 'packets.pcapng')).length).toBeGreaterThan(10_000);
  });
});
