/** The review page: the queue, or the grade under review; `/review?grade=ID` opens one grade. */

import { at, focusOn, make, show } from '../dom.js';
import { empty, failureNotice, loading, notice, retryNotice, toast } from '../feedback.js';
import { count, decimal, time, title } from '../format.js';
import { call } from '../http.js';
import { keep, recall } from '../store.js';
import { linkEvidence } from '../evidence.js';
import { showAgreement } from '../review/agreement.js';
import { Task } from '../review/task.js';

const KINDS = { open: 'First review', blind: 'Blind second review', settling: 'Two reviews differ' };
const PAGE = 30;

/** @type {{grade_id: string}[]} */
let waiting = [];
let task = null;
const skipped = new Set();
/** The grade that the address names, until it is taken. */
let wanted = new URLSearchParams(location.search).get('grade');

async function loadQueue() {
  show(at('queue'), loading('Looking what waits …'));
  try {
    const page = await call(queuePath());
    waiting = page.items;
    showQueue(page.next_cursor !== null);
  } catch (error) {
    show(at('queue'), retryNotice(error, loadQueue));
  }
}

function queuePath() {
  const query = new URLSearchParams({ order: at('order').value, limit: PAGE });
  if (at('kind').value) query.set('kind', at('kind').value);
  return `/v1/reviews/queue?${query}`;
}

function showQueue(more) {
  if (!waiting.length) return show(at('queue'), empty('Nothing waits for a person', 'Grades that the judge is unsure of appear here, and those that a candidate appealed against.'));
  show(at('queue'), make('p', { class: 'quiet' }, more ? `The first ${waiting.length}.` : `${count(waiting.length, 'grade')}.`),
    make('ul', { class: 'waiting' }, waiting.map(queueItem)));
}

function queueItem({ grade_id: id, kind, rubric_id: rubric, score, reasons, waiting_since: since, claimed_by: by }) {
  const other = by && by !== at('reviewer').value.trim();
  return make('li', {}, make('button', { type: 'button', click: () => take(id), 'data-grade': id },
    make('span', { class: 'name' }, title(rubric)),
    make('span', { class: 'facts' }, score === null ? make('span', { class: 'chip', 'data-tone': 'ungraded' }, kind === 'open' ? 'No score' : KINDS[kind]) : make('span', { class: 'numeric' }, `${decimal(score)} of 100`), make('span', {}, time(since))),
    make('span', { class: 'why' }, other ? `${by} has it. ` : '', reasons.join(' · ') || KINDS[kind])));
}

function reviewer() {
  const name = at('reviewer').value.trim();
  if (name) return name;
  show(at('queue-status'), notice('Say who you are', 'Reviews are kept with the name of the person.', 'warning'));
  at('reviewer').setAttribute('aria-invalid', 'true');
  at('reviewer').focus();
  return null;
}

/** Takes a grade, so that nobody else is given it, and shows it. */
async function take(id) {
  const name = reviewer();
  if (!name) return;
  wanted = null;
  show(at('queue-status'));
  try {
    openTask(await claim(id, name), name);
  } catch (error) {
    closeTask();
    show(at('queue-status'), failureNotice(error));
    await loadQueue();
  }
}

/** Opens the grade that the address names; says so where the reviewer has to be named first. */
async function takeWanted() {
  if (!wanted) return;
  if (at('reviewer').value.trim()) return take(wanted);
  show(at('queue-status'), notice('Say who you are', 'Then the grade that the link names is opened. Reviews are kept with the name of the person.', 'neutral',
    make('p', {}, make('button', { type: 'button', id: 'open-wanted', click: () => take(wanted) }, 'Open the grade'))));
  at('reviewer').focus();
}

function openTask(given, name) {
  task?.close();
  task = new Task(given, { reviewer: name, onSaved, onNext: next, onLeave: leave });
  show(at('task-view'), task.element);
  task.mark();
  history.replaceState(null, '', `?grade=${encodeURIComponent(given.grade_id)}`);
  at('queue-view').hidden = true;
  at('task-view').hidden = false;
  scrollTo({ top: 0, behavior: 'instant' });
  focusOn(at('task-title'));
}

function onSaved(id, told) {
  toast(told);
  skipped.add(id); // It may wait for another person now.
  waiting = waiting.filter((item) => item.grade_id !== id);
  next();
}

/** Goes on to what waits first of what was not passed over; the grade at hand is given back if it was. */
async function next({ skip = null } = {}) {
  if (skip) {
    skipped.add(skip);
    await giveBack(skip);
  }
  const name = reviewer();
  let page;
  try {
    page = await call(queuePath());
  } catch (error) {
    return task?.say(failureNotice(error));
  }
  waiting = page.items;
  for (const { grade_id: id, claimed_by: by } of waiting) {
    if (!name || skipped.has(id) || (by && by !== name)) continue;
    if (await takeIfFree(id, name)) return;
    skipped.add(id);
  }
  toast(waiting.length ? 'That was all that you have not passed over.' : 'That was all that waits.');
  skipped.clear();
  await leave({ giving: false });
}

/** Says whether the grade could be taken; not so where it is another person's to review. */
async function takeIfFree(id, name) {
  try {
    openTask(await claim(id, name), name);
    return true;
  } catch (error) {
    if (error.status === 409 || error.status === 404) return false;
    task?.say(failureNotice(error));
    return true;
  }
}

const claim = (id, name) => call(`/v1/reviews/queue/${id}/claim`, { method: 'PUT', json: { reviewer: name } });

async function leave({ giving = true } = {}) {
  const id = task?.id;
  closeTask();
  history.replaceState(null, '', location.pathname);
  if (giving && id) await giveBack(id);
  await Promise.all([loadQueue(), showAgreement(at('agreement-figures'))]);
  focusOn(at('queue-title'));
}

function closeTask() {
  task?.close();
  task = null;
  show(at('task-view'));
  at('task-view').hidden = true;
  at('queue-view').hidden = false;
}

async function giveBack(id) {
  // Whoever wants it next waits for half an hour at most if this fails.
  await call(`/v1/reviews/queue/${id}/claim`, { method: 'DELETE' }).catch(() => {});
}

at('reviewer').value = recall('reviewer', '');
at('reviewer').addEventListener('input', () => {
  at('reviewer').removeAttribute('aria-invalid');
  keep('reviewer', at('reviewer').value.trim() || null);
});
at('who').addEventListener('submit', (event) => {
  event.preventDefault();
  if (wanted) take(wanted);
});
for (const id of ['order', 'kind']) at(id).addEventListener('change', loadQueue);
document.addEventListener('keydown', (event) => task?.onKey(event));
linkEvidence();
await Promise.all([loadQueue(), showAgreement(at('agreement-figures'))]);
await takeWanted();
