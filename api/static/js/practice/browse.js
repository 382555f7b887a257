/** Choosing what to practise: questions by topic and level, and whole interviews. */

import { at, make, prose, show } from '../dom.js';
import { empty, loading, retryNotice } from '../feedback.js';
import { capital, count, decimal, LEVELS, title, words } from '../format.js';
import { all, call } from '../http.js';
import { allAttempts, scorePlot } from './attempts.js';

/**
 * @typedef {{id: string, status: string, question: string, kind: string, level: string, topics: string[], options: {id: string, text: string}[]}} Rubric
 */

/** @type {Map<string, Rubric>} */
export const rubrics = new Map();

const mainTopic = (rubric) => rubric.topics[0] ?? 'other';
export const about = (rubric) => [...new Set([rubric.kind, ...rubric.topics])].map(words).join(', ');

/** Loads the questions and lists them. */
export async function loadQuestions() {
  show(at('questions'), loading('Loading the questions …'));
  try {
    for (const rubric of await all('/v1/rubrics?limit=200')) rubrics.set(rubric.id, rubric);
  } catch (error) {
    show(at('questions'), retryNotice(error, () => loadQuestions().then(() => dispatchEvent(new HashChangeEvent('hashchange')))));
    return;
  }
  const topics = [...new Set([...rubrics.values()].map(mainTopic))].sort();
  at('topic').append(...topics.map((topic) => make('option', { value: topic }, title(topic))));
  showQuestions();
}

/** Offers the interview scripts; the page does without where they cannot be had. */
export async function loadScripts() {
  const { items } = await call('/v1/interview-scripts').catch(() => ({ items: [] }));
  at('interviews').hidden = !items.length;
  show(at('scripts'), items.map((script) => make('li', {}, make('a', { class: 'card script', href: `/interview?script=${encodeURIComponent(script.id)}` },
    make('strong', {}, script.title),
    make('span', { class: 'quiet' }, `${capital(script.level)} level · ${count(script.questions, 'question')} · ${script.minutes} min`)))));
}

/** Connects the filters. */
export function connectFilters() {
  at('level').append(...LEVELS.map((level) => make('option', { value: level }, capital(level))));
  for (const id of ['search', 'topic', 'level']) at(id).addEventListener('input', showQuestions);
  at('filters').addEventListener('submit', (event) => event.preventDefault());
}

function matching() {
  const wanted = at('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const [topic, level] = [at('topic').value, at('level').value];
  return [...rubrics.values()].filter((rubric) => {
    const haystack = [rubric.question, words(rubric.kind), ...rubric.topics, ...rubric.topics.map(words)].join(' ').toLowerCase();
    return (!topic || mainTopic(rubric) === topic) && (!level || rubric.level === level) && wanted.every((word) => haystack.includes(word));
  });
}

/** Lists the questions that match, by topic, with how they went. */
export function showQuestions() {
  const attempts = allAttempts();
  showProgress(attempts);
  const found = matching();
  at('matches').textContent = found.length === rubrics.size ? count(found.length, 'question') : `${found.length} of ${count(rubrics.size, 'question')}`;
  if (!found.length) {
    const reset = make('button', { type: 'button', class: 'plain', click: () => { at('filters').reset(); showQuestions(); at('search').focus(); } }, 'Show all questions');
    show(at('questions'), rubrics.size ? empty('No question matches', 'Try another word, topic or level.', reset) : empty('No questions yet', 'A published rubric appears here as a question.'));
    return;
  }
  const groups = Map.groupBy(found, mainTopic);
  show(at('questions'), [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([topic, those]) => make('section', { class: 'topic', 'aria-labelledby': `topic-${topic}` },
    make('h2', { id: `topic-${topic}` }, title(topic)),
    make('ul', {}, those.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)).map((rubric) => questionItem(rubric, attempts.get(rubric.id) ?? []))))));
}

function questionItem(rubric, attempts) {
  const best = Math.max(...attempts.map(({ score }) => score ?? -1));
  const tried = attempts.length ? make('span', { class: 'chip', 'data-tone': 'good' }, best < 0 ? 'tried' : `best ${decimal(best)}`) : '';
  return make('li', {}, make('a', { href: `#question/${rubric.id}` }, prose(rubric.question)),
    make('span', { class: 'facts' }, tried, make('span', { class: 'quiet' }, capital(rubric.level))));
}

function showProgress(attempts) {
  const those = [...attempts].flatMap(([id, tries]) => tries.map((attempt) => ({ ...attempt, id }))).sort((a, b) => a.at.localeCompare(b.at)).slice(-30);
  const scored = those.filter(({ score }) => score !== null);
  at('progress').hidden = scored.length < 2;
  if (scored.length < 2) return;
  const tried = [...attempts.keys()].filter((id) => attempts.get(id).length).length;
  const mean = scored.reduce((sum, { score }) => sum + score, 0) / scored.length;
  show(at('progress-figures'), [['Questions tried', tried], ['Attempts', those.length], ['Mean score', decimal(mean)]]
    .map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
  show(at('progress-plot'), scorePlot('Your scores', those));
}
