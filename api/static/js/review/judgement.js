/** A verdict on one point, or on whether a mistake was made. */

import { make } from '../dom.js';
import { badge, quotes } from '../evidence.js';
import { decimal, TONES } from '../format.js';

const OF_POINTS = [['covered', 'covered'], ['partial', 'partial'], ['missing', 'missing'], ['contradicted', 'contradicted'], ['ungraded', 'ungraded']].map(([value, tone]) => ({ value, tone, word: tone === 'ungraded' ? 'Cannot tell' : TONES[tone].word, sign: TONES[tone].sign }));
const OF_MISTAKES = [{ value: true, tone: 'mistake', word: 'Made', sign: '!' }, { value: false, tone: 'covered', word: 'Not made', sign: '✓' }, { value: null, tone: 'ungraded', word: 'Cannot tell', sign: '?' }];

export class Judgement {
  /**
   * @param {object} entry A point or a mistake of the rubric.
   * @param {{made: boolean, was: object | null, opinions: unknown[], onFocus: (judgement: Judgement) => void}} more
   *   `made` for a mistake; `was` is what the outcome says so far, null where that is hidden.
   */
  constructor(entry, { made, was, opinions, onFocus }) {
    Object.assign(this, { id: entry.id, made, was });
    this.choices = made ? OF_MISTAKES : OF_POINTS;
    this.before = was ? (made ? was.made : was.verdict) : undefined;
    this.inputs = this.choices.map(({ value }, index) => make('input', { type: 'radio', name: `said-${made ? 'mistake' : 'point'}-${entry.id}`, value: index, checked: was && value === this.before, change: () => this.note() }));
    this.changedMark = make('span', { class: 'changed-mark' });
    this.evidence = make('div');
    const fixed = made ? entry.correction && `In fact: ${entry.correction}` : `weight ${decimal(entry.weight)}${entry.required ? ', required' : ''}`;
    this.element = make('div', { class: 'judgement', focusin: () => onFocus(this) },
      make('fieldset', {}, make('legend', {}, make('span', { class: 'claim' }, entry.claim)),
        make('p', { class: 'was' }, fixed),
        was ? make('p', { class: 'was' }, 'Judge: ', made ? this.saidOfMistake(was) : badge(was.verdict), this.isUnjudged(was) ? ' ' : `, ${Math.round(100 * was.confidence)} % sure `, this.changedMark) : '',
        opinions.length ? make('p', { class: 'was' }, opinions.map((said, index) => `Reviewer ${index + 1}: ${this.wordFor(said)}. `)) : '',
        was?.why ? make('p', { class: 'was' }, was.why) : '', this.evidence,
        make('div', { class: 'verdicts' }, this.choices.map(({ tone, word, sign }, index) => make('label', { 'data-tone': tone }, this.inputs[index], make('span', { 'aria-hidden': 'true' }, sign), word)))));
  }

  /** What was not judged has nothing to be sure of. */
  isUnjudged({ verdict, made }) {
    return this.made ? made === null : verdict === 'ungraded';
  }

  saidOfMistake({ made }) {
    return made ? badge('mistake') : this.wordFor(made).toLowerCase();
  }

  wordFor(value) {
    return this.choices.find((choice) => choice.value === value)?.word ?? 'nothing';
  }

  /** Undefined while nothing is chosen. */
  get value() {
    const chosen = this.inputs.findIndex((input) => input.checked);
    return chosen < 0 ? undefined : this.choices[chosen].value;
  }

  get changed() {
    return this.value !== this.before;
  }

  /** @param {number} key 1 for the first, 0 for the last: cannot tell. */
  choose(key) {
    const index = key === 0 ? this.choices.length - 1 : key - 1;
    if (index >= this.choices.length - (key === 0 ? 0 : 1)) return;
    this.inputs[index].checked = true;
    this.inputs[index].focus();
    this.note();
  }

  note() {
    this.changedMark.textContent = this.was && this.changed ? '– changed' : '';
  }

  /** Ties it to its words in the answer. */
  link(finding) {
    this.element.id = finding.key;
    this.element.tabIndex = -1;
    this.element.dataset.findings = finding.key;
    this.element.dataset.tone = finding.tone;
    this.evidence.replaceChildren(...quotes(finding));
  }

  setCurrent(current) {
    this.element.classList.toggle('current', current);
  }

  focus() {
    (this.inputs.find((input) => input.checked) ?? this.inputs[0]).focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }
}
