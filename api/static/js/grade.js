/** A grade, shown: the score, what was found, and what to ask next. */

import { make, prose } from './dom.js';
import { badge, findingItem, findingsOf, quotes } from './evidence.js';
import { notice } from './feedback.js';
import { BANDS, capital, count, decimal, title, words } from './format.js';

/**
 * Names what a grade found, to be marked in the answer and listed.
 * @returns {{points: import('./evidence.js').Finding[], made: import('./evidence.js').Finding[]}}
 */
export function findingsIn(grade, scope = '') {
  const mistakes = grade.mistakes.filter((mistake) => mistake.made);
  return { points: findingsOf(grade.points, 'point', scope), made: findingsOf(mistakes, 'mistake', scope) };
}

/** The score with its likely range, as the heading of a result. */
export function verdictBlock({ score, score_interval: interval, band, points }, id = 'result-title') {
  const scored = score !== null;
  const heading = make('h2', { id, class: 'verdict', tabindex: '-1' },
    make('span', { class: scored ? 'score' : 'score withheld' }, scored ? decimal(score) : 'No score'),
    scored ? make('span', { class: 'quiet' }, ' out of 100 ') : '',
    scored && band ? make('span', { class: 'band' }, BANDS[band] ?? title(band)) : '');
  const range = scored && interval ? `Likely between ${interval.map(decimal).join(' and ')}. ` : '';
  return [heading, range && scale(score, interval), make('p', { class: 'quiet' }, range, tally(points))];
}

function scale(score, [low, high]) {
  const bar = make('div', { class: 'scale', 'aria-hidden': 'true' }, make('span'), make('i'));
  for (const [name, value] of Object.entries({ low, high, at: score })) bar.style.setProperty(`--${name}`, `${value}%`);
  return bar;
}

function tally(points) {
  const of = (verdict) => points.filter((point) => point.verdict === verdict).length;
  const others = [['partial', 'in part'], ['missing', 'missing'], ['contradicted', 'contradicted'], ['ungraded', 'not graded']];
  const rest = others.filter(([verdict]) => of(verdict)).map(([verdict, word]) => `${of(verdict)} ${word}`);
  return `${[`${of('covered')} of ${count(points.length, 'key point')} covered`, ...rest].join(', ')}.`;
}

/** What a reader should know before trusting the score. */
export function caveats(grade) {
  return [ungradedNotice(grade), reviewNotice(grade), flagsNotice(grade)].filter(Boolean);
}

function ungradedNotice({ score, points, mistakes }) {
  const ungraded = points.filter((point) => point.verdict === 'ungraded');
  const unjudged = mistakes.filter((mistake) => mistake.made === null);
  if (score !== null && !ungraded.length) return null;
  const parts = [[ungraded, 'key point'], [unjudged, 'possible mistake']]
    .filter(([those]) => those.length).map(([those, noun]) => count(those.length, noun));
  const what = `${parts.join(' and ') || 'The answer'} could not be judged.`;
  const reasons = [...new Set(ungraded.map((point) => point.why).filter(Boolean))];
  const heading = score === null ? 'The score is withheld; it is not a zero' : 'The score is partial';
  return notice(heading, [what, ...reasons].join(' '), 'ungraded');
}

function reviewNotice({ needs_review: needed, review_reasons: reasons }) {
  return needed ? notice('A person should look at this', '', 'ungraded', make('ul', {}, reasons.map((reason) => make('li', {}, reason)))) : null;
}

function flagsNotice({ flags }) {
  return flags.length ? notice('Noted about the answer', capital(flags.map(words).join(', ')), 'missing') : null;
}

/** Points and mistakes. The marked answer has to be on the page already for quotes to lead to it. */
export function findingLists(grade, { points, made }) {
  const mistakes = grade.mistakes.filter((mistake) => mistake.made);
  return [
    make('h3', {}, 'Key points'),
    make('ol', {}, points.map((finding, index) => pointItem(finding, grade.points[index]))),
    grade.mistakes.length ? make('h3', {}, 'Mistakes') : '',
    made.length ? make('ol', {}, made.map((finding, index) => mistakeItem(finding, mistakes[index]))) : '',
    folded(grade.mistakes.filter((mistake) => mistake.made === false), 'not made'),
    folded(grade.mistakes.filter((mistake) => mistake.made === null), 'not judged'),
  ].filter(Boolean);
}

function pointItem(finding, { claim, verdict, weight, why, passage }) {
  const facts = [badge(verdict), make('span', {}, `weight ${decimal(weight)}`)];
  return findingItem(finding, prose(claim), facts, quotes(finding), why && make('p', { class: 'quiet' }, why), reading(passage));
}

/** A passage of a reference answer, folded. */
export function reading(passage) {
  return passage ? make('details', {}, make('summary', {}, 'Read about this'),
    make('blockquote', { class: 'passage' }, passage.text), make('p', { class: 'quiet' }, `From ${passage.source}`)) : '';
}

function mistakeItem(finding, { claim, correction }) {
  const instead = correction && make('p', {}, make('strong', {}, 'Instead: '), prose(correction));
  return findingItem(finding, prose(claim), [badge('mistake')], quotes(finding), instead);
}

function folded(mistakes, word) {
  return mistakes.length ? make('details', { class: 'folded' }, make('summary', {}, `${count(mistakes.length, 'common mistake')} ${word}`),
    make('ul', {}, mistakes.map((mistake) => make('li', {}, prose(mistake.claim))))) : '';
}

/** Who judged, and by what. */
export function madeBy({ grader, rubric, elapsed_ms: elapsed, id }) {
  const judge = [grader.judge, grader.model].filter(Boolean).join(', ');
  return make('p', { class: 'quiet made-by' },
    `Judged by ${judge}, version ${grader.version}, in ${count(elapsed, 'millisecond')}. Rubric ${rubric.id} ${rubric.version}, grade ${id}.`);
}
