// Claims of report.ts and table.ts: what a scenario says stays text, and what a reader sees is what was measured.
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { chartsOf } from '../../results/charts.ts';
import { formatNumber, formatOutcome, formatSeconds, readableUnit } from '../../results/format.ts';
import { Recorder } from '../../results/recorder.ts';
import { renderReport } from '../../results/report.ts';
import { summaryOf } from '../../results/summary.ts';
import { summaryTable } from '../../results/table.ts';
import { FACTS, sampleRun } from './sample-run.ts';

const ATTACK = `</script><script>alert(1)</script><!--<img src=x onerror="alert(2)">'&amp;`;

function hostileRun() {
  const recorder = new Recorder();
  recorder.counter(ATTACK).add();
  recorder.sample(1e9);
  const facts = {
    ...FACTS,
    scenario: ATTACK,
    mode: ATTACK,
    digest: ATTACK,
    version: ATTACK,
    expectations: [{ text: ATTACK, actual: null, passed: false }],
  };
  return { recorder, summary: summaryOf(recorder, facts), about: ATTACK };
}

function scripts(html: string): { open: string; content: string }[] {
  return [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)].map(([, open, content]) => ({
    open,
    content,
  }));
}

describe('the report', () => {
  test('keeps what a scenario says from becoming markup', () => {
    const html = renderReport(hostileRun());
    const found = scripts(html);
    expect(found.map(({ open }) => open)).toEqual([' type="application/json" id="charts"', '', '']);
    expect(JSON.parse(found[0].content).charts[0].name).toBe(ATTACK);
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
    expect(html.match(/<\/script/g)).toHaveLength(3);
  });

  test('fetches nothing', () => {
    const html = renderReport(sampleRun());
    const page = scripts(html).reduce((rest, { content }) => rest.replace(content, ''), html);
    expect(page).not.toMatch(/https?:|url\(|@import|<link|src=/);
    expect(html).toContain(`content="default-src 'none';`);
  });

  test('has scripts that a browser can parse', () => {
    for (const { open, content } of scripts(renderReport(sampleRun()))) {
      if (open === '') expect(() => new vm.Script(content)).not.toThrow();
    }
  });

  test('shows the headline, the expectations and every metric', () => {
    const html = renderReport({ ...sampleRun(), about: 'Does it answer?' });
    expect(html).toContain('<h1>first-ping</h1><span class="mark bad">1 of 2 failed</span>');
    expect(html).toContain('Does it answer?');
    expect(html).toContain('title="0123456789abcdef0123456789abcdef"');
    expect(html).toMatch(/class="bad">.*prober\.rtt\.p50 &lt;= 200ms.*242 ms/);
    for (const name of ['rtt', 'sent', 'success', 'never']) {
      expect(html).toContain(`<span class="prefix">prober.</span>${name}`);
    }
    expect(html).toContain('The shaded part is the warm-up');
  });
});

describe('charts', () => {
  test('show a counter as a rate, a distribution by its quantiles, and a series without values not at all', () => {
    const { charts, windowsPerPoint } = chartsOf(sampleRun().recorder.series());
    expect(windowsPerPoint).toBe(1);
    expect(charts.map(({ name, lines }) => [name, lines.map(({ label }) => label)])).toEqual([
      ['prober.rtt', ['p50', 'p90', 'p99']],
      ['prober.sent', ['rate']],
      ['prober.success', ['mean']],
    ]);
    expect(new Set(charts[1].lines[0].values)).toEqual(new Set([20]));
  });

  test('of a long run join windows, keep every peak and leave the rate as it was', () => {
    const recorder = new Recorder();
    const rtt = recorder.distribution('rtt', 'ns');
    const sent = recorder.counter('sent');
    for (let second = 1; second <= 5000; second++) {
      rtt.record(second === 1234 ? 9e9 : 1e6);
      sent.add(3);
      recorder.sample(second * 1e9);
    }
    const { charts, windowsPerPoint } = chartsOf(recorder.series());
    expect(windowsPerPoint).toBe(9);
    expect(charts[0].times).toHaveLength(Math.ceil(5000 / 9));
    expect(charts[0].times.at(-1)).toBe(5000);
    expect(Math.max(...charts[0].lines[0].values.map(Number))).toBe(9000);
    expect(new Set(charts[1].lines[0].values)).toEqual(new Set([3]));
  });
});

describe('the table', () => {
  test('is aligned, plain, and says which expectation was met', () => {
    expect(summaryTable(sampleRun().summary)).toBe(
      [
        'first-ping',
        'model · seed 7 · digest 0123456789ab… · 30 s in 250 ms · 1,234 events · 2 hosts',
        '',
        '                count   mean    min  p50    p90  p99    max  unit',
        'prober.never        0      –      –    –      –    –      –  ms',
        'prober.rtt        400  265.7  13.58  242  513.5  680  740.7  ms',
        'prober.sent       400      –      –    –      –    –      –  count',
        'prober.success     20    0.5      0    0      1    1      1  ratio',
        '',
        '✗ prober.rtt.p50 <= 200ms  (242 ms)',
        '✓ prober.success >= 0.4  (0.5)',
        '',
      ].join('\n'),
    );
  });

  test('is at most 100 columns wide whatever the names', () => {
    const recorder = new Recorder();
    recorder.distribution(`${'long.'.repeat(30)}name`, 'ratio').record(1.234567e-10);
    recorder.distribution(`${'x'.repeat(60)}`, 'bytes').record(999_999.7);
    recorder.distribution(`${'y'.repeat(300)}`, 'ns').record(9e15);
    const facts = {
      ...FACTS,
      scenario: 's'.repeat(250),
      partial: true,
      expectations: [{ text: 'e'.repeat(205), actual: 1, passed: true }],
    };
    const lines = summaryTable(summaryOf(recorder, facts)).split('\n');
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
    expect(lines.join('')).toContain('x'.repeat(60));
    expect(lines.join('')).toContain('y'.repeat(300));
    expect(lines.join('\n')).toContain('partial');
  });

  test('uses escapes only when told, and never those of a scenario', () => {
    const { summary } = sampleRun();
    const hostile = { ...summary, scenario: '\u001b[2Jgone\u0007' };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(summaryTable(hostile)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    const coloured = summaryTable(hostile, { colour: true });
    expect(coloured).toContain('\u001b[31m✗\u001b[39m');
    expect(coloured).not.toContain('\u001b[2J');
  });
});

describe('numbers', () => {
  test.each([
    [null, '–'],
    [0, '0'],
    [7, '7'],
    [134.2345, '134.2'],
    [0.99875, '0.99875'],
    [0.0123456, '0.0123'],
    [0.0000312, '3.12e-5'],
    [1234.5, '1,235'],
    [999_999, '999,999'],
    [999_999.7, '1M'],
    [1_234_567, '1.235M'],
    [9.1e12, '9.1T'],
    [1e15, '1.00e+15'],
  ])('%d reads %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test.each([
    [0, '0 ms'],
    [0.25, '250 ms'],
    [1.934, '1.93 s'],
    [1800, '30 min'],
    [5400, '1.5 h'],
    [259_200, '3 d'],
  ])('%d seconds read %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

test.each([
  [99_999, { unit: 'ms', size: 1 }, '99,999 ms'],
  [360_500, { unit: 's', size: 1e3 }, '360.5 s'],
  [3_000_000, { unit: 'min', size: 60e3 }, '50 min'],
  [47_290_000, { unit: 'h', size: 3600e3 }, '13.14 h'],
  [5 * 86_400e3, { unit: 'd', size: 86_400e3 }, '5 d'],
])('a time of %d ms is read in a unit that suits it', (value, unit, outcome) => {
  expect(readableUnit('ms', [value, null, 1])).toEqual(unit);
  expect(formatOutcome({ text: 'x', actual: value, unit: 'ms', passed: true })).toBe(outcome);
  expect(readableUnit('count', [value])).toEqual({ unit: 'count', size: 1 });
});
