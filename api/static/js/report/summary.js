/** The top of a report: the scores, what limits them, and how topics and levels went. */

import { barChart } from '../chart.js';
import { make } from '../dom.js';
import { notice } from '../feedback.js';
import { BANDS, capital, count, day, decimal, title } from '../format.js';

const FINISHED = { complete: 'all was asked', out_of_time: 'the time was up', ended: 'ended before its time' };

export function summary(report, interview, actions) {
  return [heading(report, interview, actions), ...results(report)];
}

/** The scores, what limits them, and how topics and levels went; without a heading. */
export function results(report) {
  return [scores(report), ...warnings(report), plots(report)];
}

function heading({ title: name, level, finished, questions, seconds, minutes }, { created_at: begun, candidate_id: who }, actions) {
  const facts = [who, day(begun), `${capital(level)} level`, count(questions.length, 'question'), `${seconds < 60 ? 'under 1' : Math.round(seconds / 60)} of ${minutes} minutes`, FINISHED[finished]];
  return make('header', { class: 'page-title' }, make('div', {}, make('h1', {}, name), make('p', { class: 'quiet' }, facts.filter(Boolean).join(' · '))), make('p', { class: 'actions no-print' }, actions));
}

function scores({ unprompted, prompted, band }) {
  if (prompted === null) {
    return make('section', { class: 'scores', 'aria-label': 'Scores' }, make('p', { class: 'score withheld' }, 'No score'), make('p', { class: 'quiet' }, 'It is withheld, which is not a zero. The questions below say what is known.'));
  }
  const helped = prompted - unprompted;
  return make('section', { class: 'scores', 'aria-label': 'Scores' },
    make('p', { class: 'verdict' }, make('span', { class: 'score' }, decimal(prompted)), make('span', { class: 'quiet' }, 'out of 100'), band ? make('strong', { class: 'band' }, BANDS[band] ?? title(band)) : ''),
    make('p', { class: 'quiet' }, helped > 0.05
      ? `${decimal(unprompted)} of it without help; ${decimal(helped)} came after a hint.`
      : 'All of it without help.'));
}

function warnings({ caveats, needs_review: review, for_candidate: candidate }) {
  return [
    caveats.length ? notice('What the scores leave out', '', 'ungraded', make('ul', {}, caveats.map((each) => make('li', {}, each)))) : '',
    review ? notice('A person should look at this', candidate ? 'The scores may change when somebody has.' : 'The questions concerned say why.', 'ungraded') : '',
  ];
}

function plots({ topics, levels, questions }) {
  // Where no help was needed the two scores are one.
  const helped = questions.some(({ unprompted, prompted }) => unprompted !== prompted);
  const names = helped ? ['Without help', 'With help'] : ['Score'];
  const values = ({ unprompted, prompted }) => (helped ? [unprompted, prompted] : [prompted]);
  const bars = (groups) => groups.map((group) => ({ label: title(group.name), note: count(group.questions, 'question'), values: values(group) }));
  const each = questions.map((question) => ({ label: `${question.number}. ${title(question.topic)}`, values: values(question) }));
  const plot = (name, those) => (those.length ? barChart({ title: name, bars: those, names, high: 100 }) : '');
  return make('div', { class: 'plots' }, plot('By question', each), make('div', { class: 'stack' }, plot('By topic', bars(topics)), plot('By level', bars(levels))));
}
