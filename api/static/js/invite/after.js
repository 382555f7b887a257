/** After the answer is handed in: the outcome where it may be seen, and asking for a person. */

import { deliverySection } from '../delivery.js';
import { make, show } from '../dom.js';
import { badge } from '../evidence.js';
import { failureNotice, loading, notice, setBusy } from '../feedback.js';
import { BANDS, count, decimal, time } from '../format.js';
import { questionSection } from '../report/questions.js';
import { results } from '../report/summary.js';

/**
 * @param {object} state The invitation as the service has it.
 * @param {{ask: Function, onState: (state: object) => void}} page
 */
export function afterView(state, page) {
  return make('div', { class: 'stack' },
    make('div', { class: 'stack' }, make('span', { class: 'done-mark', 'aria-hidden': 'true' }, '✓'),
      make('h1', {}, state.interview ? 'The interview is over' : 'Your answer is handed in'),
      make('p', { class: 'lead' }, state.interview ? `${state.interview.closing ?? ''} It ended on ${time(state.submitted_at)}. There is nothing more you have to do.`.trim() : `It was ${state.automatic ? 'taken as it stood when the time was over' : 'handed in'}, on ${time(state.submitted_at)}. There is nothing more you have to do.`)),
    outcome(state),
    state.grading === 'done' ? appealPart(state, page) : '');
}

function outcome(state) {
  if (state.grading === 'failed') return notice('Your answer could not be graded automatically', 'That does not count against you: whoever invited you has it, and a person will look at it.', 'warning');
  if (!state.may_see_grade) return make('p', {}, `Whoever invited you sees your ${state.interview ? 'answers' : 'answer'} and tells you how it goes on.`);
  if (state.report) return reported(state.report, state.interview);
  if (state.grading === 'pending') return loading('Your answer is being graded …');
  return state.explanation ? explained(state.explanation) : '';
}

function reported(report, interview) {
  return make('section', { class: 'report', 'aria-labelledby': 'outcome-title' },
    make('h2', { id: 'outcome-title' }, 'How it went'), results(report),
    make('h2', {}, 'Question by question'), report.questions.map((question) => questionSection(question, interview)),
    deliverySection(report.delivery, 'h2'));
}

function explained(told) {
  const scored = told.score !== null;
  const total = told.reached.length + told.unreached + told.undecided;
  return make('section', { class: 'outcome', 'aria-labelledby': 'outcome-title' },
    make('h2', { id: 'outcome-title', class: 'verdict' }, make('span', { class: scored ? 'score' : 'score withheld' }, scored ? decimal(told.score) : 'No score'),
      scored ? make('span', { class: 'quiet' }, ' out of 100 ') : '', scored && told.band ? make('span', { class: 'band' }, BANDS[told.band]) : ''),
    make('p', { class: 'quiet' }, `${told.reached.length} of ${count(total, 'key point')} reached. `, told.reviewed ? 'A person has looked at it.' : ''),
    scored ? '' : notice('Not all of it could be judged', 'That does not count against you.', 'ungraded'),
    part('What you reached', told.reached, 'covered'), part('Part of the way', told.partly, 'partial'), part('What does not hold', told.against, 'contradicted'), part('Mistakes', told.mistakes, 'mistake'),
    told.missing?.length ? [make('h3', {}, 'What a full answer also says'), make('ul', { class: 'points' }, told.missing.map((claim) => make('li', { 'data-tone': 'missing' }, claim)))] : '');
}

function part(title, entries, tone) {
  if (!entries.length) return '';
  return [make('h3', {}, title), make('ul', { class: 'points' }, entries.map(({ claim, quotes, correction }) => make('li', { 'data-tone': tone },
    make('p', {}, badge(tone), ' ', claim ?? ''), quotes.map((quote) => make('p', {}, make('span', { class: 'quote' }, `“${quote}”`))),
    correction ? make('p', {}, make('strong', {}, 'In fact: '), correction) : '')))];
}

function appealPart(state, { ask, onState }) {
  if (state.appeal?.status === 'open') return notice('A person will look at your answer', `You asked for that on ${time(state.appeal.created_at)}. Come back by the same link to see what became of it.`, 'neutral');
  const decided = state.appeal ? notice('A person has looked at your answer', state.appeal.resolution, state.appeal.status === 'resolved' ? 'good' : 'neutral') : '';
  const field = make('textarea', { id: 'statement', maxlength: 5000, rows: 5, dir: 'auto', 'aria-describedby': 'statement-help' });
  const answered = (state.interview?.questions ?? []).filter(({ turns }) => turns.some(({ answer }) => answer !== null));
  if (state.interview && !answered.length) return decided;
  const which = make('select', { id: 'which' }, answered.map(({ question, turns }) => make('option', { value: question }, `${question}. ${turns[0].text}`)));
  const status = make('div', { role: 'status' });
  const button = make('button', { class: 'plain' }, 'Ask for a person');
  const send = async (event) => {
    event.preventDefault();
    if (!field.value.trim()) {
      show(status, notice('Say what should be looked at', 'A sentence or two is enough.', 'warning'));
      return field.focus();
    }
    setBusy(button, true, 'Sending …');
    try {
      onState(await ask('/appeals', { json: { statement: field.value, ...(state.interview && { question: Number(which.value) }) } }), { moved: true });
    } catch (error) {
      setBusy(button, false, 'Ask for a person');
      show(status, failureNotice(error));
    }
  };
  return [decided, make('details', { class: 'card' }, make('summary', {}, state.appeal ? 'Ask again' : 'Ask for a person to look at it'),
    make('form', { class: 'stack', submit: send, novalidate: true },
      state.interview ? make('div', { class: 'field' }, make('label', { for: 'which' }, 'Which question?'), which) : '',
      make('div', { class: 'field' }, make('label', { for: 'statement' }, 'What was judged wrongly?'), field, make('p', { id: 'statement-help', class: 'hint quiet' }, 'A person reads this next to your answer, without your name, and can correct the grade.')),
      status, make('p', { class: 'actions' }, button)))];
}
