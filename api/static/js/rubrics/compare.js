/** Two versions on labelled answers that the author uploads, with the report in a frame of its own. */

import { make, show } from '../dom.js';
import { failureNotice, loading, notice, setBusy } from '../feedback.js';
import { count } from '../format.js';
import { call } from '../http.js';

const MOST_BYTES = 900_000;

/** @param {object} rubric The proposed version. @param {{version: string}[]} others Those to compare it with. */
export function comparing(rubric, others) {
  const against = make('select', { id: 'against' }, others.map(({ version }) => make('option', { value: version }, version)));
  return form(others.length ? against : null, () => ({ rubric_id: rubric.id, old: against.value, new: rubric.version }));
}

/** @param {() => object} versions Which two are compared, as `POST /v1/rubrics/comparison` wants it. */
export function form(against, versions) {
  const file = make('input', { type: 'file', id: 'labelled', accept: '.jsonl,.ndjson,application/x-ndjson' });
  const status = make('div', { role: 'status' });
  const place = make('div');
  const button = make('button', { class: 'plain' }, 'Compare');
  const run = async (event) => {
    event.preventDefault();
    show(place);
    const objection = objectionTo(file.files[0]);
    if (objection) return show(status, objection);
    setBusy(button, true);
    show(status, loading('Grading the answers under both versions …'));
    try {
      const found = await call('/v1/rubrics/comparison', { json: { ...versions(), answers: await file.files[0].text() } });
      show(status, notice(found.headline, `${count(found.answers, 'answer')}, ${found.changed} graded differently.`, 'neutral', found.notes.length ? make('ul', {}, found.notes.map((note) => make('li', {}, note))) : ''));
      show(place, frame(found.report));
    } catch (error) {
      show(status, failureNotice(error));
    }
    setBusy(button, false);
  };
  return make('section', { 'aria-labelledby': 'compare-title' }, make('h2', { id: 'compare-title' }, 'Compare on labelled answers'),
    make('p', { class: 'quiet' }, 'Upload answers that people have labelled, as JSON lines of at most 200 answers. Nothing of them is kept.'),
    make('form', { class: 'stack', submit: run, novalidate: true },
      make('div', { class: 'fields' }, against ? make('div', { class: 'field' }, make('label', { for: 'against' }, 'Compare with'), against) : '',
        make('div', { class: 'field' }, make('label', { for: 'labelled' }, 'Labelled answers'), file)),
      make('p', { class: 'actions' }, button), status), place);
}

function objectionTo(file) {
  if (!file) return notice('Choose a file', 'One with labelled answers, as JSON lines.', 'warning');
  return file.size > MOST_BYTES ? notice('The file is too large', `At most ${MOST_BYTES / 1000} kB; for more: grader eval compare.`, 'warning') : null;
}

function frame(report) {
  const element = make('iframe', { class: 'report-frame', title: 'Comparison report', sandbox: 'allow-scripts', src: '/rubrics/report-frame' });
  const hand = ({ source, data }) => {
    if (source !== element.contentWindow || data !== 'ready') return;
    removeEventListener('message', hand);
    // The frame has no origin that could be named here.
    element.contentWindow.postMessage(report, '*');
  };
  addEventListener('message', hand);
  return element;
}
