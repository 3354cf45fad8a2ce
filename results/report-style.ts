// The report's style sheet: quiet in both colour schemes, and on paper.
export const REPORT_STYLE = `
:root {
  --page: #fbfaf8; --card: #ffffff; --ink: #1c1f23; --soft: #6a7079; --faint: #a3a8b0; --line: #e7e5e0;
  --good: #2a7d4f; --bad: #b3372f; --warn: #93650c; --good-wash: #e7f3ec; --bad-wash: #fbeae8; --warn-wash: #f8f0de;
  --p50: #23508e; --p90: #6f97c8; --p99: #a9c1e0; --band: rgba(70, 120, 190, .10); --rate: #2c7a74; --rate-wash: rgba(44, 122, 116, .08);
  --value: #8a5a9e; --mean: #2a7d4f;
  --warmup: rgba(120, 110, 90, .07);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --card: #1a1d22; --ink: #e5e7ea; --soft: #99a0aa; --faint: #666d78; --line: #2a2e35;
    --good: #6cc894; --bad: #ee8a80; --warn: #dcb056; --good-wash: #1b2f25; --bad-wash: #3a2120; --warn-wash: #332a18;
    --p50: #8fbcf5; --p90: #5681b8; --p99: #46658f; --band: rgba(110, 165, 235, .12); --rate: #5cc0b6; --rate-wash: rgba(92, 192, 182, .10);
    --value: #c39bd6; --mean: #6cc894;
    --warmup: rgba(200, 200, 220, .06);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased;
}
main { max-width: 1120px; margin: 0 auto; padding: 56px 32px 40px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; font-weight: 600; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { margin: 48px 0 12px; font-size: 13px; font-weight: 600; color: var(--soft); letter-spacing: .02em; }
code, .prefix, .scroll tbody th, dd[title] { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.title { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; }
.about { max-width: 68ch; margin: 10px 0 0; color: var(--soft); font-size: 16px; }
.mark { padding: 2px 11px; border-radius: 99px; font-size: 13px; font-weight: 600; }
.mark.good { color: var(--good); background: var(--good-wash); }
.mark.bad { color: var(--bad); background: var(--bad-wash); }
.mark.warn { color: var(--warn); background: var(--warn-wash); }
dl { display: flex; flex-wrap: wrap; gap: 14px 36px; margin: 26px 0 0; }
dt { color: var(--soft); font-size: 12.5px; }
dd { margin: 0; font-weight: 500; }
dd[title] { font-size: 13.5px; line-height: 23px; }
.expectations { margin: 0; padding: 0; list-style: none; }
.expectations li { display: flex; gap: 12px; align-items: baseline; padding: 6px 0; border-bottom: 1px solid var(--line); }
.expectations code { font-size: 13.5px; overflow-wrap: anywhere; }
.expectations .actual { margin-left: auto; padding-left: 16px; white-space: nowrap; color: var(--soft); }
.tick { font-weight: 700; }
.good .tick { color: var(--good); }
.bad .tick, .expectations .bad .actual { color: var(--bad); }
.scroll { overflow-x: auto; }
.scroll table { border-collapse: collapse; width: 100%; }
.scroll th, .scroll td { padding: 6px 0 6px 18px; text-align: right; white-space: nowrap; font-size: 14px; }
.scroll thead th { color: var(--soft); font-size: 12.5px; font-weight: 500; border-bottom: 1px solid var(--line); }
.scroll tbody th { padding-left: 0; text-align: left; font-weight: 500; font-size: 13px; }
.scroll tbody tr + tr > * { border-top: 1px solid var(--line); }
.prefix { color: var(--soft); font-weight: 400; }
.scroll .unit { color: var(--soft); text-align: left; }
.none { color: var(--faint); }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.note { margin: 0 0 16px; max-width: 90ch; color: var(--soft); font-size: 13.5px; }
#grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 16px; }
figure {
  margin: 0; padding: 14px 14px 8px; min-width: 0; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; break-inside: avoid;
}
figcaption { display: flex; gap: 10px; align-items: baseline; margin: 0 4px 6px; font-size: 13px; font-weight: 500;
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
figcaption small { margin-left: auto; font: 12.5px system-ui, sans-serif; color: var(--soft); white-space: nowrap; }
.uplot, .uplot .u-legend { font-family: inherit; }
.uplot .u-legend { margin: 2px 0 0; padding-left: 6px; text-align: left; font-size: 12.5px; color: var(--soft); }
.uplot .u-legend th { font-weight: 400; }
.uplot .u-legend tr:first-child th { display: none; }
.uplot .u-legend tr:first-child .u-value { min-width: 0; }
.uplot .u-legend .u-marker { width: 10px; height: 3px; border-radius: 2px; }
.uplot .u-legend .u-value { color: var(--ink); min-width: 5ch; }
.uplot .u-inline tr { margin-right: 12px; }
.uplot .u-legend th, .uplot .u-legend td { padding: 2px 3px; text-align: left; font-size: 12.5px; }
.uplot .u-legend.u-inline.u-live th::after { content: none; }
.u-hz .u-cursor-x, .u-vt .u-cursor-y { border-right-color: var(--faint); }
.u-select { background: var(--band); }
footer { margin-top: 48px; color: var(--faint); font-size: 12.5px; }
@media (max-width: 640px) { main { padding: 32px 18px; } h1 { font-size: 24px; } }
@media print { main { max-width: none; padding: 0; } figure { border-color: #ddd; } }
`;
