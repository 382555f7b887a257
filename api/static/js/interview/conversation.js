/** What was said so far. */

import { make, prose } from '../dom.js';
import { count, title } from '../format.js';

const CLOSED = {
  covered: 'all covered',
  exhausted: 'done',
  out_of_time: 'time was up',
  passed: 'passed',
  not_judged: 'could not be judged',
  ended: 'ended',
};

/** How a follow-up is meant, by its style. */
export const STYLES = { pump: 'Follow-up', probe: 'Follow-up', hint: 'A hint', prompt: 'One more thing' };

/** The turns of a question that have an answer. @param {import('./api.js').Question} question */
export function turnsOf(question) {
  return question.turns.filter(({ answer }, index) => answer !== null || index < question.turns.length - 1 || question.closed).map(({ text, style, answer, spoken }) => make('li', { class: 'turn' },
    make('p', { class: 'label' }, style ? STYLES[style] : 'Question'),
    make('p', { class: 'said-to' }, prose(text)),
    make('p', { class: answer === null ? 'quiet' : 'words answer-said', dir: 'auto' }, answer ?? 'You passed.'),
    spoken?.recognised_text ? make('details', { class: 'heard-as' }, make('summary', {}, 'As it was heard'), make('p', { dir: 'auto' }, spoken.recognised_text)) : ''));
}

/** Questions that are over, folded. @param {import('./api.js').Question[]} questions */
export function earlier(questions) {
  const over = questions.filter(({ closed }) => closed);
  if (!over.length) return '';
  return make('details', { class: 'earlier' }, make('summary', {}, `Earlier in this interview: ${count(over.length, 'question')}`),
    over.map((question) => make('section', {}, make('h2', {}, `${question.question}. ${title(question.topic)}`, make('span', { class: 'quiet' }, CLOSED[question.closed] ?? '')), make('ol', {}, turnsOf(question)))));
}
