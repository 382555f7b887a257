/** How far the judge agrees with what people came to, over time. */

import { lineChart } from '../chart.js';
import { make, show } from '../dom.js';
import { loading, retryNotice } from '../feedback.js';
import { count, day, decimal, percent } from '../format.js';
import { call } from '../http.js';

/** @param {HTMLElement} place */
export async function showAgreement(place) {
  show(place, loading());
  try {
    show(place, figures(await call('/v1/reviews/agreement/judge')));
  } catch (error) {
    if (error.status === 403) show(place, make('p', { class: 'quiet' }, 'Your key does not allow to see this: it needs the scope read.'));
    else show(place, retryNotice(error, () => showAgreement(place)));
  }
}

function figures({ grades, points, same_verdict: same, verdict_kappa: kappa, weeks }) {
  if (!points) return make('p', { class: 'quiet' }, 'There are no reviews yet to compare the judge with.');
  const at = (week) => ({ x: Date.parse(week), label: day(week) });
  return [
    make('dl', { class: 'figures' },
      named('Same verdict', percent(same), `of ${count(points, 'point')}`),
      named('Kappa', kappa === null ? '–' : decimal(Math.round(kappa * 100) / 100), 'chance taken out'),
      named('Grades settled', decimal(grades))),
    weeks.length > 1 ? lineChart({ title: 'Points with the same verdict, by week', low: 0, high: 100, unit: ' %', series: [
      { name: 'Same verdict', points: weeks.map(({ week, same_verdict: share }) => ({ ...at(week), y: share === null ? null : share * 100 })) },
      { name: 'Kappa, in hundredths', points: weeks.map(({ week, verdict_kappa: value }) => ({ ...at(week), y: value === null ? null : Math.max(0, value * 100) })) },
    ] }) : '',
    make('p', { class: 'quiet' }, 'First reviews are made in sight of the judge’s verdicts, and of grades it was unsure of: this tells how things change rather than how good the judge is.'),
  ];
}

function named(name, value, note) {
  return make('div', {}, make('dt', {}, name), make('dd', {}, value, note && make('small', {}, ` ${note}`)));
}
