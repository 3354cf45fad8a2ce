// The report's own script, which draws the charts. It runs in a browser, so it is text here; it holds no `</`.
export const REPORT_SCRIPT = `
'use strict';
(() => {
  const { charts, measuredFrom } = JSON.parse(document.getElementById('charts').textContent);
  const grid = document.getElementById('grid');
  if (!grid) return;
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const end = Math.max(...charts.map(chart => chart.times[chart.times.length - 1]));
  const begin = Math.min(0, ...charts.map(chart => chart.times[0]));

  const TIME_STEPS = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
    7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 2592000, 8640000];
  const timeLabel = seconds => {
    const [size, unit] = end >= 172800 ? [86400, 'd'] : end >= 7200 ? [3600, 'h'] : end >= 120 ? [60, 'min'] : [1, 's'];
    return seconds === 0 ? '0' : Number((seconds / size).toPrecision(4)) + ' ' + unit;
  };
  const short = value => {
    if (value == null) return '';
    const size = Math.abs(value);
    for (const [unit, suffix] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']]) {
      if (size >= unit) return Number((value / (unit === 1e4 ? 1e3 : unit)).toPrecision(4)) + suffix;
    }
    return size > 0 && size < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  };

  const shadeWarmUp = plot => {
    const from = plot.valToPos(begin, 'x', true);
    const to = plot.valToPos(measuredFrom, 'x', true);
    const left = Math.max(from, plot.bbox.left);
    const width = Math.min(to, plot.bbox.left + plot.bbox.width) - left;
    if (measuredFrom <= begin || width <= 0) return;
    plot.ctx.save();
    plot.ctx.fillStyle = colour('--warmup');
    plot.ctx.fillRect(left, plot.bbox.top, width, plot.bbox.height);
    plot.ctx.restore();
  };

  const ratioRange = (plot, low, high) => {
    const room = Math.max((high - low) * .1, high * .005, 1e-6);
    return [Math.max(0, low - room), high + room];
  };

  const axis = extra => Object.assign({
    stroke: () => colour('--soft'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  }, extra);

  const optionsOf = (chart, width) => ({
    width,
    height: 190,
    padding: [8, 26, 0, 0],
    cursor: { sync: { key: 'time' }, y: false, points: { size: 6 } },
    legend: { live: true, markers: { width: 0, fill: (plot, i) => colour('--' + chart.lines[i - 1].label) } },
    scales: {
      x: { time: false, range: (plot, low, high) => low === null ? [begin, end] : [low === chart.times[0] ? begin : low, high] },
      y: { range: chart.unit === 'ratio' ? ratioRange : (plot, low, high) => high > 0 ? [0, high * 1.06] : [0, 1] },
    },
    axes: [
      axis({ incrs: TIME_STEPS, values: (plot, splits) => splits.map(timeLabel), space: 56, size: 30, gap: 6 }),
      axis({ values: (plot, splits) => splits.map(short), size: 54, gap: 6, space: 34 }),
    ],
    series: [
      { label: 'time', value: (plot, value) => value == null ? '' : timeLabel(value) },
      ...chart.lines.map(line => ({
        label: line.label,
        stroke: () => colour('--' + line.label),
        fill: line.label === 'rate' ? () => colour('--rate-wash') : undefined,
        width: line.label === 'p99' || line.label === 'p90' ? 1.25 : 1.75,
        points: { show: chart.times.length < 2, size: 5 },
        value: (plot, value) => short(value),
      })),
    ],
    bands: chart.lines.length === 3 ? [{ series: [3, 1], fill: () => colour('--band') }] : [],
    hooks: { drawClear: [shadeWarmUp] },
  });

  const plots = charts.map(chart => {
    const figure = grid.appendChild(document.createElement('figure'));
    const caption = figure.appendChild(document.createElement('figcaption'));
    caption.append(chart.name);
    caption.appendChild(document.createElement('small')).textContent = chart.unit;
    const box = figure.appendChild(document.createElement('div'));
    const width = () => Math.max(200, box.clientWidth);
    const plot = new uPlot(optionsOf(chart, width()), [chart.times, ...chart.lines.map(line => line.values)], box);
    return { plot, width };
  });
  addEventListener('resize', () => {
    for (const { plot, width } of plots) plot.setSize({ width: width(), height: 190 });
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const { plot } of plots) plot.redraw();
  });
})();
`;
