/** Choosing an interview: a script, or topics, levels and time; and those of this browser. */

import { at, make, show } from '../dom.js';
import { empty, failureNotice, loading, retryNotice, setBusy } from '../feedback.js';
import { capital, count, LEVELS, time, title } from '../format.js';
import { all, newOnce } from '../http.js';
import { begin, get, listScripts } from './api.js';
import { forget, interviewsHere, remember } from './memory.js';

let once = newOnce();

/** Shows the choice. @param {(id: string) => void} onBegun */
export async function showStart(onBegun) {
  at('begin-form').addEventListener('submit', (event) => { event.preventDefault(); start(onBegun); });
  at('begin-form').addEventListener('change', () => { once = newOnce(); toggleOwn(); });
  showMine();
  await loadChoices();
}

async function loadChoices() {
  show(at('script-choices'), loading('Loading the interviews …'));
  try {
    const [scripts, rubrics] = await Promise.all([listScripts(), all('/v1/rubrics?limit=200')]);
    if (!scripts.length && !rubrics.length) {
      show(at('script-choices'), empty('No interviews yet', 'Questions that are published can be asked in an interview.'));
      return;
    }
    showChoices(scripts, [...new Set(rubrics.map(({ topics }) => topics[0]).filter(Boolean))].sort());
  } catch (error) {
    show(at('script-choices'), retryNotice(error, loadChoices));
  }
}

function showChoices(scripts, topics) {
  const wanted = new URLSearchParams(location.search).get('script');
  const chosen = scripts.some(({ id }) => id === wanted) ? wanted : scripts[0]?.id;
  const scriptChoice = (value, name, about) => make('label', { class: 'card choice-card' },
    make('input', { type: 'radio', name: 'script', value, checked: value === (chosen ?? '') }),
    make('span', {}, make('strong', {}, name), make('span', { class: 'quiet' }, about)));
  show(at('script-choices'), make('legend', { class: 'label' }, 'Which interview?'),
    scripts.map((script) => scriptChoice(script.id, script.title, `${capital(script.level)} level · ${count(script.questions, 'question')} · ${script.minutes} min`)),
    scriptChoice('', 'One of your own', 'Choose topics, levels and time'));
  show(at('topic-choices'), make('legend', { class: 'label' }, 'Topics; all if you choose none'), topics.map((topic) => checkbox('topics', topic, title(topic))));
  show(at('level-choices'), make('legend', { class: 'label' }, 'Levels; all if you choose none'), LEVELS.map((level) => checkbox('levels', level, capital(level))));
  at('begin').disabled = false;
  toggleOwn();
}

const checkbox = (name, value, text) => make('label', { class: 'choice' }, make('input', { type: 'checkbox', name, value }), text);

function toggleOwn() {
  at('own').hidden = new FormData(at('begin-form')).get('script') !== '';
}

function requested() {
  const form = new FormData(at('begin-form'));
  const candidate = form.get('candidate').trim();
  const who = candidate ? { candidate_id: candidate } : {};
  if (form.get('script')) return { script: form.get('script'), ...who };
  return { topics: form.getAll('topics'), levels: form.getAll('levels'), minutes: Number(form.get('minutes')), seed: crypto.getRandomValues(new Uint32Array(1))[0], ...who };
}

async function start(onBegun) {
  at('begin-status').replaceChildren();
  setBusy(at('begin'), true, 'Beginning …');
  try {
    const interview = await begin(requested(), once);
    remember(interview);
    onBegun(interview.id);
  } catch (error) {
    once = newOnce();
    show(at('begin-status'), failureNotice(error));
  } finally {
    setBusy(at('begin'), false, 'Begin the interview');
  }
}

/** Lists this browser's interviews, as they stand at the service. */
async function showMine() {
  const mine = interviewsHere();
  at('mine').hidden = !mine.length;
  if (!mine.length) return;
  show(at('my-interviews'), mine.map(interviewItem));
  const now = await Promise.all(mine.map(({ id, status }) => (status === 'finished' ? null : get(id).catch((error) => (error.status === 404 ? 'gone' : null)))));
  now.forEach((interview, index) => {
    if (interview === 'gone') forget(mine[index].id);
    else if (interview) remember(interview);
  });
  const kept = interviewsHere().sort((a, b) => b.at.localeCompare(a.at));
  at('mine').hidden = !kept.length;
  show(at('my-interviews'), kept.map(interviewItem));
}

function interviewItem({ id, title: name, status, at: begun }) {
  const over = status === 'finished';
  const href = `${over ? '/interview/report' : '/interview'}?id=${encodeURIComponent(id)}`;
  return make('li', {}, make('a', { href }, name), make('span', { class: 'quiet' }, `begun ${time(begun)}`),
    make('span', { class: 'chip', 'data-tone': over ? 'neutral' : 'good' }, over ? 'finished: read the report' : status === 'paused' ? 'paused: go on' : 'under way: go on'));
}
