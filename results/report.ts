// report.html: one page that shows a run, and needs nothing but a browser to do so.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chartsOf } from './charts.ts';
import { formatNumber, formatOutcome, formatSeconds, runName, shortDigest } from './format.ts';
import { escapeHtml, scriptJson } from './html.ts';
import { REPORT_SCRIPT } from './report-script.ts';
import { REPORT_STYLE } from './report-style.ts';
import { STATISTIC_NAMES } from './statistics.ts';
import type { ExpectationResult, Summary } from './summary.ts';
import type { TimeSeries } from './time-series.ts';

/** What the report shows. */
export interface ReportContent {
  readonly summary: Summary;
  readonly recorder: TimeSeries;
  /** The scenario's purpose in a sentence. */
  readonly about?: string;
}

/** The policy holds the page to its word: it may run its own script and style, and fetch nothing. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

export function renderReport({ summary, recorder, about }: ReportContent): string {
  const { charts, windowsPerPoint } = chartsOf(recorder.series());
  const title = `${escapeHtml(runName(summary))} · seed ${escapeHtml(summary.seed)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${chartLibrary('uplot/dist/uPlot.min.css')}${REPORT_STYLE}</style>
</head>
<body>
<main>
${header(summary, about)}
${expectations(summary.expectations)}
${metricsTable(summary)}
${chartSection(charts.length, windowsPerPoint, recorder.measuredFrom > 0)}
<footer>Petri ${escapeHtml(summary.version)}</footer>
</main>
<script type="application/json" id="charts">${scriptJson({ charts, measuredFrom: recorder.measuredFrom })}</script>
<script>${chartLibrary('uplot/dist/uPlot.iife.min.js')}</script>
<script>${REPORT_SCRIPT}</script>
</body>
</html>
`;
}

function chartLibrary(file: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(file), 'utf8');
}

function header(summary: Summary, about: string | undefined): string {
  const facts: [string, string, string?][] = [
    ['mode', summary.mode],
    ['seed', summary.seed],
    ['virtual time', formatSeconds(summary.virtualSeconds)],
    ['wall time', formatSeconds(summary.wallSeconds)],
    ['events', formatNumber(summary.events)],
    ['hosts', formatNumber(summary.hosts)],
  ];
  if (summary.digest !== '') facts.push(['digest', shortDigest(summary.digest), summary.digest]);
  const list = facts.map(
    ([name, value, full]) =>
      `<div><dt>${name}</dt><dd${full ? ` title="${escapeHtml(full)}"` : ''}>${escapeHtml(value)}</dd></div>`,
  );
  return `<header>
<div class="title"><h1>${escapeHtml(runName(summary))}</h1>${verdict(summary)}</div>
${about ? `<p class="about">${escapeHtml(about)}</p>` : ''}
<dl>${list.join('')}</dl>
</header>`;
}

function verdict({ expectations, partial, fidelity }: Summary): string {
  const marks: string[] = [];
  if (fidelity)
    marks.push(`<span class="mark ${fidelity.faithful ? 'good">faithful' : 'bad">not faithful'}</span>`);
  const failed = expectations.filter(({ passed }) => !passed).length;
  if (partial) marks.push('<span class="mark warn">partial</span>');
  if (failed > 0) marks.push(`<span class="mark bad">${failed} of ${expectations.length} failed</span>`);
  else if (expectations.length > 0) marks.push('<span class="mark good">passed</span>');
  return marks.join('');
}

function expectations(results: readonly ExpectationResult[]): string {
  if (results.length === 0) return '';
  const items = results.map(result => {
    const { text, passed } = result;
    const outcome = escapeHtml(formatOutcome(result));
    const [kind, mark, word] = passed ? ['good', '✓', 'passed'] : ['bad', '✗', 'failed'];
    return `<li class="${kind}"><span class="tick" role="img" aria-label="${word}">${mark}</span><code>${escapeHtml(text)}</code><span class="actual">${outcome}</span></li>`;
  });
  return `<section><h2>Expectations</h2><ul class="expectations">${items.join('')}</ul></section>`;
}

function metricsTable({ metrics }: Summary): string {
  const head = STATISTIC_NAMES.map(name => `<th scope="col">${name}</th>`).join('');
  const rows = Object.entries(metrics).map(([name, metric]) => {
    const cells = STATISTIC_NAMES.map(statistic => numberCell(metric[statistic])).join('');
    return `<tr><th scope="row">${dotted(name)}</th>${cells}<td class="unit">${metric.unit}</td></tr>`;
  });
  if (rows.length === 0) return '<section><h2>Metrics</h2><p class="note">No metrics.</p></section>';
  return `<section><h2>Metrics</h2><div class="scroll"><table>
<thead><tr><th scope="col"><span class="hidden">metric</span></th>${head}<th scope="col" class="unit">unit</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table></div></section>`;
}

function numberCell(value: number | null): string {
  if (value === null) return `<td class="none">${formatNumber(value)}</td>`;
  return `<td title="${value}">${formatNumber(value)}</td>`;
}

/** A metric's name with all but its last word set back. */
function dotted(name: string): string {
  const cut = name.lastIndexOf('.') + 1;
  return `<span class="prefix">${escapeHtml(name.slice(0, cut))}</span>${escapeHtml(name.slice(cut))}`;
}

function chartSection(charts: number, windowsPerPoint: number, warmUp: boolean): string {
  if (charts === 0) return '';
  const notes = [
    windowsPerPoint > 1
      ? `A point joins ${windowsPerPoint} windows of the run's time; of their quantiles it shows the largest.`
      : "A point is one window of the run's time.",
  ];
  if (warmUp) notes.push('The shaded part is the warm-up, which the table leaves out.');
  return `<section><h2>Over time</h2>
<p class="note">${notes.join(' ')}</p>
<div id="grid"></div></section>`;
}
