/**
 * Plots as inline SVG, each with its numbers as a table for whoever cannot see it.
 *
 *   lineChart({ title: 'Score over attempts', series: [{ name: 'Score', points: [{ x: 1, y: 62.5, label: 'first attempt' }] }], low: 0, high: 100 })
 *   barChart({ title: 'By topic', bars: [{ label: 'caching', values: [40, 62.5], note: '2 questions' }], names: ['unprompted', 'with help'], high: 100 })
 *
 * @typedef {{x: number, y: number | null, label: string}} Point `label` says where `x` is: '3 May'. A null `y` leaves a gap.
 * @typedef {{name: string, points: Point[]}} Series Points in the order of `x`.
 */

import { make, svg } from './dom.js';
import { decimal } from './format.js';

const HEIGHT = 220;
const EDGE = { top: 14, right: 18, bottom: 30, left: 44 };
const DASHES = ['', '7 4', '2 3', '10 3 2 3'];
const LABEL_WIDTH = 84;

/**
 * Values along a line, a time or a count of attempts.
 * @param {{title: string, series: Series[], low?: number, high?: number, unit?: string, note?: string}} plot
 *   Without `low` and `high` the axis holds all values and zero.
 */
export function lineChart({ title, series, low, high, unit = '', note = '' }) {
  const box = make('div', { class: 'plot' });
  const figure = make('figure', { class: 'chart' }, caption(title, note), legend(series.map(({ name }) => name), lineSample), box, pointTable(title, series, unit));
  const drawn = () => { if (box.clientWidth) box.replaceChildren(lines(series, axis(series, low, high), unit, box.clientWidth)); };
  new ResizeObserver(drawn).observe(box);
  return figure;
}

/**
 * Values side by side, as bars that begin at zero; null where there is none.
 * @param {{title: string, bars: {label: string, values: (number | null)[], note?: string, tone?: string}[], names: string[], high?: number, unit?: string, none?: string}} plot
 *   `none` is said where a value is null.
 */
export function barChart({ title, bars, names, high, unit = '', none = 'none' }) {
  const most = high ?? Math.max(1, ...bars.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const rows = bars.map(({ label, values, note, tone }) => make('tr', { role: 'row' },
    make('th', { scope: 'row', role: 'rowheader' }, label, note && make('span', { class: 'quiet' }, note)),
    values.map((value, index) => make('td', { class: 'bar', role: 'cell', 'data-series': index + 1, 'data-tone': tone },
      bar(value, most, index), make('span', { class: 'value' }, value === null ? none : `${decimal(value)}${unit}`)))));
  for (const row of rows) row.style.setProperty('--series-count', names.length);
  // The roles are said because the rows are laid out as a grid, which makes browsers forget them.
  const head = make('thead', { class: 'for-reader', role: 'rowgroup' }, make('tr', { role: 'row' }, make('td', { role: 'cell' }), names.map((name) => make('th', { scope: 'col', role: 'columnheader' }, name))));
  return make('figure', { class: 'chart' }, caption(title), legend(names, barSample),
    make('table', { class: 'bars', role: 'table', 'aria-label': title }, head, make('tbody', { role: 'rowgroup' }, rows)));
}

function bar(value, most, index) {
  const share = Math.min(1, (value ?? 0) / most) * 100;
  return svg('svg', { 'aria-hidden': 'true', height: 10, width: '100%' },
    svg('rect', { class: 'track', width: '100%', height: 10, rx: 3 }),
    value ? svg('rect', { class: `fill series-${index + 1}`, width: `${share}%`, height: 10, rx: 3 }) : '');
}

function caption(title, note) {
  return make('figcaption', {}, title, note && make('span', { class: 'quiet' }, note));
}

function legend(names, sample) {
  if (names.length < 2) return '';
  return make('ul', { class: 'key', 'aria-hidden': 'true' }, names.map((name, index) => make('li', {}, svg('svg', { width: 28, height: 10 }, sample(index)), name)));
}

const lineSample = (index) => svg('line', { class: `stroke series-${index + 1}`, x1: 0, x2: 28, y1: 5, y2: 5, 'stroke-dasharray': DASHES[index % DASHES.length] });
const barSample = (index) => svg('rect', { class: `fill series-${index + 1}`, width: 28, height: 10, rx: 3 });

function axis(series, low, high) {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y)).filter((y) => y !== null);
  const [bottom, top] = [low ?? Math.min(0, ...values), high ?? Math.max(...values, low ?? 0)];
  const rough = (top - bottom || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const first = Math.floor(bottom / step) * step;
  const ticks = Array.from({ length: Math.ceil((top - first) / step - 1e-9) + 1 }, (_, index) => first + index * step);
  return { ticks, low: first, high: Math.max(ticks.at(-1), first + step) };
}

function lines(series, { ticks, low, high }, unit, width) {
  const all = series.flatMap(({ points }) => points);
  const [from, to] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))];
  const inner = width - EDGE.left - EDGE.right;
  const across = (x) => EDGE.left + (from === to ? inner / 2 : ((x - from) / (to - from)) * inner);
  const up = (y) => HEIGHT - EDGE.bottom - ((y - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  return svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true' },
    ticks.map((tick) => [
      svg('line', { class: 'grid', x1: EDGE.left, x2: width - EDGE.right, y1: up(tick), y2: up(tick) }),
      svg('text', { x: EDGE.left - 8, y: up(tick) + 4, 'text-anchor': 'end' }, `${decimal(tick)}${unit}`),
    ]),
    placeLabels(all, across, width).map(({ at, text, anchor }) => svg('text', { x: at, y: HEIGHT - 8, 'text-anchor': anchor }, text)),
    series.map(({ name, points }, index) => [
      unbroken(points).map((run) => svg('polyline', { class: `stroke series-${index + 1}`, 'stroke-dasharray': DASHES[index % DASHES.length], points: run.map(({ x, y }) => `${across(x)},${up(y)}`).join(' ') })),
      points.filter(({ y }) => y !== null).map(({ x, y, label }) => svg('circle', { class: `dot series-${index + 1}`, cx: across(x), cy: up(y), r: 4 }, svg('title', {}, `${name}, ${label}: ${decimal(y)}${unit}`))),
    ]));
}

/** Stretches of points that all have a value. */
function unbroken(points) {
  const runs = [[]];
  for (const point of points) {
    if (point.y === null) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs.filter((run) => run.length > 1);
}

/** As many labels below the axis as have room, the first and the last before others. */
function placeLabels(points, across, width) {
  const places = [...new Map(points.map(({ x, label }) => [x, label]))].sort(([a], [b]) => a - b);
  const every = Math.max(1, Math.ceil(places.length / Math.max(1, Math.floor((width - EDGE.left) / LABEL_WIDTH))));
  const last = places.length - 1;
  return places.flatMap(([x, text], index) => {
    const wanted = index === last || (index % every === 0 && last - index >= every);
    const anchor = last === 0 ? 'middle' : index === last ? 'end' : index === 0 ? 'start' : 'middle';
    return wanted ? [{ at: anchor === 'end' ? across(x) + 6 : across(x), text, anchor }] : [];
  });
}

function pointTable(title, series, unit) {
  const places = [...new Map(series.flatMap(({ points }) => points).map(({ x, label }) => [x, label]))].sort(([a], [b]) => a - b);
  const valueAt = (points, x) => points.find((point) => point.x === x)?.y ?? null;
  return make('details', {}, make('summary', {}, 'As a table'),
    make('table', {}, make('caption', { class: 'for-reader' }, title),
      make('thead', {}, make('tr', {}, make('td'), series.map(({ name }) => make('th', { scope: 'col', class: 'number' }, name)))),
      make('tbody', {}, places.map(([x, label]) => make('tr', {}, make('th', { scope: 'row' }, label),
        series.map(({ points }) => {
          const value = valueAt(points, x);
          return make('td', { class: 'number' }, value === null ? '–' : `${decimal(value)}${unit}`);
        }))))));
}
