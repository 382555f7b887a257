/** How an answer was spoken, apart from its score. */

import { lineChart } from './chart.js';
import { make } from './dom.js';
import { clock, count, decimal } from './format.js';

/** @param {any} delivery As a grade or a report has it; null where nothing was spoken. @param {string} heading Its level. */
export function deliverySection(delivery, heading = 'h3') {
  if (!delivery) return '';
  const { speech_rate: rate, pauses, fillers, longest_run: run, self_corrections: corrections, windows, speaking_ms: speaking, estimated } = delivery;
  const figures = [
    ['Words a minute', Math.round(rate)],
    ['Speaking time', clock(speaking / 1000)],
    pauses && ['Long pauses', pauses.long_count],
    ['Fillers a minute', decimal(fillers.per_minute)],
    run && ['Longest without a pause', clock(run.duration_ms / 1000)],
    ['Self-corrections', corrections.length],
  ].filter(Boolean);
  const points = windows.map(({ start_ms: start, words_per_minute: y }) => ({ x: start, y, label: clock(start / 1000) }));
  const words = Object.entries(fillers.by_word).map(([word, times]) => `${word} (${times})`).join(', ');
  return make('section', { class: 'delivery', 'aria-label': 'Delivery' },
    make(heading, {}, 'Delivery'),
    make('p', { class: 'quiet' }, `How it was spoken. This is no part of the score${estimated ? ', and told from the times of captions' : ''}.`),
    make('dl', { class: 'figures' }, figures.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)))),
    words && make('p', { class: 'quiet' }, `${count(fillers.count, 'filler')}: ${words}.`),
    points.filter(({ y }) => y !== null).length > 1 ? lineChart({ title: 'Words a minute over time', series: [{ name: 'Words a minute', points }], low: 0 }) : '');
}
