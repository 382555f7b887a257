/** The dashboard: how grading goes, what waits for a person, what fails. */

import { barChart, lineChart } from '../chart.js';
import { at, make, show } from '../dom.js';
import { empty, loading, retryNotice } from '../feedback.js';
import { BANDS, count, decimal, percent, time, title } from '../format.js';
import { call } from '../http.js';

const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const MOST_SERIES = 4;
const MOST_WAITING = 3;
let asked = 0;

async function refresh() {
  const turn = ++asked;
  show(at('figures'), loading('Counting …'));
  const query = new URLSearchParams({ days: at('days').value });
  if (at('rubric').value) query.set('rubric_id', at('rubric').value);
  try {
    const figures = await call(`/v1/statistics?${query}`);
    const oldest = await waitingLongest(figures);
    if (turn === asked) showFigures(figures, oldest);
  } catch (error) {
    if (turn === asked) show(at('figures'), retryNotice(error, refresh));
  }
}

/** What has waited longest, for links to it; nothing where the key may not read the queue. */
async function waitingLongest({ waiting }) {
  if (!Object.values(waiting.by_kind).some(Boolean)) return [];
  const page = await call(`/v1/reviews/queue?order=oldest&limit=${MOST_WAITING}`).catch(() => null);
  return page?.items ?? [];
}

function showFigures(figures, oldest) {
  at('when').textContent = `${time(figures.since)} to ${time(figures.until)}, ${count(figures.totals.grades, 'grade')}`;
  offerRubrics(figures);
  const { totals } = figures;
  const graded = totals.grades
    ? [headline(figures), make('div', { class: 'dashboard-plots' }, bandPlot(figures), scorePlot(figures), volumePlot(figures), rubricPlot(figures))]
    : [empty('No grades in this time', 'Choose a longer time, or have an answer graded: on the practice page, or by POST /v1/grades.', make('a', { class: 'button plain', href: '/' }, 'Practice'))];
  show(at('figures'), graded, make('div', { class: 'dashboard-plots' }, waitingPanel(figures, oldest), batchPanel(figures), webhookPanel(figures), invitePanel(figures)));
}

function offerRubrics({ rubrics }) {
  const known = new Set(Array.from(at('rubric').options, (option) => option.value));
  at('rubric').append(...rubrics.filter(({ rubric_id: id }) => !known.has(id)).map(({ rubric_id: id }) => make('option', { value: id }, title(id))));
}

function figure(name, value, note) {
  return make('div', {}, make('dt', {}, name), make('dd', {}, value, note && make('small', {}, ` ${note}`)));
}

function headline({ totals, latency, reviews }) {
  const share = totals.needs_review / totals.grades;
  return make('dl', { class: 'figures' },
    figure('Grades', decimal(totals.grades), totals.grades > totals.scored && `${decimal(totals.grades - totals.scored)} without a score`),
    figure('Mean score', totals.mean_score === null ? '–' : decimal(totals.mean_score), 'of 100'),
    figure('Asked for a person', percent(share), `${decimal(totals.needs_review)} of them`),
    figure('Reviews', decimal(reviews)),
    figure('Median time', milliseconds(latency.p50), latency.p99 === null ? '' : `99 % within ${milliseconds(latency.p99)}`));
}

const milliseconds = (value) => (value === null ? '–' : value < 1000 ? `${decimal(value)} ms` : `${decimal(value / 1000)} s`);

function bandPlot({ bands }) {
  const tones = { exceeds: 'good', meets: 'good', partly_meets: 'warning', does_not_meet: 'bad', none: 'ungraded' };
  const bars = Object.entries({ exceeds: BANDS.exceeds, meets: BANDS.meets, partly_meets: BANDS.partly_meets, does_not_meet: BANDS.does_not_meet, none: 'No score' })
    .map(([band, label]) => ({ label, values: [bands[band]], tone: tones[band] }));
  return barChart({ title: 'Grades by band', bars, names: ['grades'] });
}

const points = (days, value) => days.map((day) => ({ x: Date.parse(day.day), y: value(day), label: dayName.format(Date.parse(day.day)) }));

function scorePlot({ days }) {
  return lineChart({ title: 'Mean score by day', low: 0, high: 100, series: [{ name: 'Mean score', points: points(days, (day) => day.mean_score) }] });
}

function volumePlot({ days }) {
  return lineChart({ title: 'Grades by day', low: 0, series: [
    { name: 'Grades', points: points(days, (day) => day.grades) },
    { name: 'Asked for a person', points: points(days, (day) => day.needs_review) },
  ] });
}

function rubricPlot({ rubrics, rubric_id: one }) {
  const shown = rubrics.filter(({ rubric_id: id }) => !one || id === one).slice(0, MOST_SERIES);
  if (!shown.length) return '';
  return lineChart({ title: 'Mean score by rubric', note: rubrics.length > MOST_SERIES && !one ? `the ${MOST_SERIES} with the most grades` : '', low: 0, high: 100,
    series: shown.map(({ rubric_id: id, days }) => ({ name: title(id), points: points(days, (day) => day.mean_score) })) });
}

const panel = (name, ...content) => make('section', { class: 'panel' }, make('h2', {}, name), content);
const facts = (entries) => make('dl', { class: 'facts' }, entries.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, decimal(value))]));

function waitingPanel({ waiting }, oldest) {
  const { open, blind, settling } = waiting.by_kind;
  const total = open + blind + settling;
  return panel('Waiting for a person', facts([['First reviews', open], ['Blind second reviews', blind], ['Reviews that differ', settling], ['Open appeals', waiting.open_appeals]]),
    make('p', { class: 'quiet' }, total ? `The oldest has waited since ${time(waiting.oldest_since)}. ` : 'Nothing waits. ', total ? make('a', { class: 'no-print', href: '/review' }, 'Review') : ''),
    oldest.length ? make('ul', { class: 'no-print' }, oldest.map(({ grade_id: id, rubric_id: rubric, waiting_since: since }) => make('li', {},
      make('a', { href: `/review?grade=${encodeURIComponent(id)}` }, title(rubric)), make('span', { class: 'quiet' }, ` ${time(since)}`)))) : '');
}

function batchPanel({ batches }) {
  if (!batches.length) return panel('Batches under way', make('p', { class: 'quiet' }, 'None.'));
  return panel('Batches under way', batches.map(({ id, total, done, failed, created_at: began }) => make('div', { class: 'progress-line' },
    make('div', { class: 'row' }, make('code', {}, id), make('span', { class: 'numeric' }, `${decimal(done)} of ${decimal(total)}`)),
    make('progress', { max: total || 1, value: done, 'aria-label': `Batch ${id}` }),
    make('p', { class: 'quiet' }, `since ${time(began)}${failed ? `, ${count(failed, 'line')} failed` : ''}`))));
}

function webhookPanel({ webhooks }) {
  const { endpoints, troubled, deliveries } = webhooks;
  const rows = troubled.map(({ id, description, failing_since: since, failures, disabled }) => make('li', { class: 'notice', 'data-tone': 'bad' },
    make('strong', {}, description || id), disabled ? 'Disabled: nothing is sent there any more.' : `Failing since ${time(since)}, ${count(failures, 'attempt')}.`));
  return panel('Webhooks', facts([['Endpoints', endpoints], ['Messages delivered', deliveries.delivered], ['On their way', deliveries.pending], ['Given up', deliveries.failed]]),
    rows.length ? make('ul', { class: 'stack' }, rows) : make('p', { class: 'quiet' }, endpoints ? 'None fails.' : 'No endpoints are set up.'));
}

function invitePanel({ invites }) {
  return panel('Invites', facts([['Open', invites.open], ['Started', invites.started], ['Answered', invites.submitted], ['Expired', invites.expired], ['Revoked', invites.revoked]]));
}

at('days').addEventListener('change', refresh);
at('rubric').addEventListener('change', refresh);
at('print').addEventListener('click', () => print());
at('range').addEventListener('submit', (event) => event.preventDefault());
await refresh();
