/** One question of a report: what was said, what it made, and what it left open. */

import { make, prose } from '../dom.js';
import { badge } from '../evidence.js';
import { notice } from '../feedback.js';
import { capital, clock, count, decimal, score, title } from '../format.js';
import { reading } from '../grade.js';
import { turnsOf } from '../interview/conversation.js';

const REASONS = {
  covered: 'all was covered',
  exhausted: 'nothing left to ask',
  out_of_time: 'the time was up',
  passed: 'passed',
  not_judged: 'could not be judged',
  ended: 'the interview was ended',
};

export function questionSection(question, interview) {
  const { number, question: text, topic, level, reason, follow_ups: followUps, hints } = question;
  const asked = count(followUps, 'follow-up') + (hints ? `, ${hints} of them helping` : '');
  const facts = [title(topic), `${capital(level)} level`, asked, REASONS[reason]].filter(Boolean).join(' · ');
  const said = interview.questions[number - 1];
  return make('section', { class: 'question-report card', 'aria-labelledby': `question-${number}` },
    make('div', { class: 'question-head' },
      make('div', {}, make('h3', { id: `question-${number}` }, `${number}. `, prose(text)), make('p', { class: 'quiet' }, facts)),
      scoreOf(question)),
    notJudged(question),
    make('div', { class: 'sides' }, make('div', { class: 'stack' },
      findings('What was made', question.strengths.filter(({ verdict, claim }) => verdict === 'covered' || claim === null).map(strength)),
      findings('Mistakes', question.mistakes.map(mistake))),
    findings('What was left open', gaps(question.gaps))),
    said ? make('details', { class: 'said' }, make('summary', {}, 'What was said'), make('ol', {}, turnsOf(said))) : '');
}

function scoreOf({ prompted, unprompted, interval }) {
  const helped = prompted !== null && unprompted !== null && prompted - unprompted > 0.05 ? `${decimal(unprompted)} without help` : '';
  const likely = interval ? `likely ${interval.map(decimal).join(' to ')}` : '';
  return make('p', { class: 'question-score' }, make('strong', {}, score(prompted)), make('span', { class: 'quiet' }, [helped, likely].filter(Boolean).join('; ')));
}

function notJudged({ not_judged: reasons, review_reasons: review }) {
  const all = [...new Set([...reasons, ...review])];
  return all.length ? notice('A person should look at this', '', 'ungraded', make('ul', {}, all.map((each) => make('li', {}, each)))) : '';
}

const findings = (name, items) => (items.length ? make('div', {}, make('h4', { class: 'label' }, name), make('ul', { class: 'found' }, items)) : '');
const quotesOf = (quotes) => quotes.map(({ quote, start_ms: start }) => make('p', { class: 'quote', dir: 'auto' }, `“${quote}”`, typeof start === 'number' ? make('span', { class: 'quiet' }, ` at ${clock(start / 1000)}`) : ''));
const item = (tone, claim, notes, ...rest) => make('li', { 'data-tone': tone }, make('p', { class: 'claim' }, claim), make('p', { class: 'facts' }, badge(tone), notes.map((note) => make('span', { class: 'quiet' }, note))), rest);

function strength({ claim, verdict, prompted, quotes }) {
  return item(verdict, prose(claim ?? 'The start of a key point'), prompted ? ['with help'] : [], quotesOf(quotes));
}

function mistake({ claim, correction, corrected, prompted, quotes, correction_quotes: back }) {
  const notes = corrected ? [prompted ? 'taken back with help' : 'taken back'] : [];
  return item('mistake', prose(claim), notes, quotesOf([...quotes, ...back]), make('p', {}, make('strong', {}, 'Instead: '), prose(correction)));
}

/** Gaps that may be named, then how much is behind those that may not. */
function gaps(all) {
  const hidden = all.filter(({ claim, verdict }) => claim === null && verdict === 'missing');
  // What was made in part is said once: here, with what there is to read, where it may be named.
  const named = all.filter((gap) => !hidden.includes(gap) && (gap.claim !== null || gap.verdict === 'contradicted'));
  const weight = hidden.reduce((sum, gap) => sum + gap.weight, 0);
  return [
    ...named.map(({ claim, verdict, weight: w, passage, quotes }) => item(verdict, prose(claim ?? 'Something here is not right'), [`weight ${decimal(w)}`], quotesOf(quotes), reading(passage))),
    hidden.length ? make('li', { 'data-tone': 'missing' }, make('p', { class: 'claim' }, `${count(hidden.length, 'key point')} not reached`), make('p', { class: 'facts' }, make('span', { class: 'quiet' }, `${decimal(weight)} in weight; not named, so that the question can be asked again`))) : '',
  ].filter(Boolean);
}
