/** One grade under review: the answer with its evidence beside the verdicts. */

import { at, make, show } from '../dom.js';
import { badge, findingsOf, markedText } from '../evidence.js';
import { confirm, failureNotice, notice, openDialog, setBusy } from '../feedback.js';
import { count, decimal, score, title, words } from '../format.js';
import { call, newOnce } from '../http.js';
import { Judgement } from './judgement.js';

const KINDS = { open: '', blind: 'Blind second review: the judge’s verdicts and the first review are hidden. Say something of everything.', settling: 'Two reviewers differ. Decide on what they differ on.' };
const KEYS = [['j', 'the next point or mistake'], ['k', 'the one before'], ['1', 'covered, or: made'], ['2', 'partly covered, or: not made'], ['3', 'missing'], ['4', 'contradicted'], ['0', 'I cannot tell either'], ['r', 'write the reason'], ['s', 'save and take the next'], ['n', 'pass over, and take the next'], ['?', 'these keys']];

export class Task {
  /**
   * @param {object} given A `ReviewTask`.
   * @param {{reviewer: string, onSaved: (id: string, told: string) => void, onNext: (options: object) => void, onLeave: () => void}} page
   */
  constructor(given, { reviewer, onSaved, onNext, onLeave }) {
    Object.assign(this, { given, reviewer, onSaved, onNext, onLeave, id: given.grade_id, once: newOnce(), current: -1 });
    this.judgements = this.whatToJudge();
    this.reason = make('textarea', { id: 'reason', maxlength: 5000, rows: 2, dir: 'auto' });
    this.second = make('input', { type: 'checkbox', id: 'second' });
    this.upheld = make('select', { id: 'upheld' }, make('option', { value: '' }, 'The grade stands'), make('option', { value: 'yes' }, 'The candidate is right: the grade is corrected'));
    this.status = make('div', { role: 'status' });
    this.save = make('button', {}, 'Save and take the next');
    this.element = this.build();
  }

  whatToJudge() {
    const { kind, grade, points, mistakes, opinions } = this.given;
    const settled = (part, id) => kind !== 'settling' || opinions[0][part][id] !== opinions[1][part][id];
    const of = (part, entries, made) => entries.filter(({ id }) => settled(part, id)).map((entry) => new Judgement(entry, {
      made,
      was: grade?.[part].find(({ id }) => id === entry.id) ?? null,
      opinions: opinions.map((opinion) => opinion[part][entry.id]),
      onFocus: (judgement) => this.moveTo(this.judgements.indexOf(judgement), { focus: false }),
    }));
    return [...of('points', points, false), ...of('mistakes', mistakes, true)];
  }

  build() {
    const { given } = this;
    const lists = [['Key points', this.judgements.filter(({ made }) => !made)], ['Mistakes', this.judgements.filter(({ made }) => made)]];
    return make('form', { class: 'task', novalidate: true, submit: (event) => { event.preventDefault(); this.send(); } },
      make('div', { class: 'task-head' },
        make('p', { class: 'quiet' }, `${title(given.rubric_id)} ${given.rubric_version}`, given.grade ? `, ${score(given.grade.score)}${given.grade.score === null ? '' : ' of 100'}` : ''),
        make('div', { class: 'row' }, make('button', { type: 'button', class: 'quiet-button', click: () => this.help() }, 'Keys'), make('button', { type: 'button', class: 'quiet-button', click: () => this.leave() }, 'Back to the queue'))),
      make('h1', { id: 'task-title', tabindex: '-1' }, given.question),
      make('div', { class: 'columns' },
        make('div', { class: 'said', tabindex: '0', role: 'region', 'aria-label': 'The answer' }, this.caveats(),
          make('div', {}, make('h2', { class: 'label' }, 'Answer'), make('div', { id: 'task-answer', class: 'words marked', dir: 'auto' })),
          given.reference_answer && make('details', {}, make('summary', {}, 'Reference answer'), make('blockquote', { class: 'passage' }, given.reference_answer))),
        make('div', {}, lists.filter(([, those]) => those.length).map(([name, those]) => [make('h2', {}, name), make('div', {}, those.map(({ element }) => element))]), this.deciding())));
  }

  caveats() {
    const { kind, grade, appeal, opinions } = this.given;
    return [
      KINDS[kind] && notice(kind === 'blind' ? 'You are the second reader' : 'You settle a difference', KINDS[kind], 'neutral'),
      appeal && notice('The candidate appeals', `“${appeal.statement}”`, 'warning'),
      opinions.map(({ reason }, index) => notice(`Reviewer ${index + 1}`, reason, 'neutral')),
      grade?.review_reasons.length ? notice('Why it waits', '', 'ungraded', make('ul', {}, grade.review_reasons.map((reason) => make('li', {}, reason)))) : '',
      grade?.flags.length ? notice('Noted about the answer', grade.flags.map(words).join(', '), 'missing') : '',
    ].filter(Boolean);
  }

  deciding() {
    const { kind, appeal } = this.given;
    return make('div', { class: 'deciding' },
      appeal ? make('div', { class: 'field' }, make('label', { for: 'upheld' }, 'Decision'), this.upheld) : '',
      make('div', { class: 'field' }, make('label', { for: 'reason' }, appeal ? 'What the candidate is told' : 'Reason'), this.reason),
      this.status,
      make('div', { class: 'actions' }, this.save, make('button', { type: 'button', class: 'plain', click: () => this.pass() }, 'Pass over'),
        kind === 'open' && !appeal ? make('div', { class: 'choice' }, this.second, make('label', { for: 'second' }, 'Ask for a blind second review')) : ''));
  }

  /** Marks the evidence in the answer; the element has to be on the page. */
  mark() {
    const { grade, answer } = this.given;
    const made = grade?.mistakes.filter((mistake) => mistake.made) ?? [];
    const findings = grade ? [...findingsOf(grade.points, 'point'), ...findingsOf(made, 'mistake')] : [];
    show(at('task-answer'), ...markedText(answer, findings));
    for (const finding of findings) this.judgements.find(({ id }) => id === finding.id)?.link(finding);
  }

  moveTo(index, { focus = true } = {}) {
    this.current = Math.max(0, Math.min(index, this.judgements.length - 1));
    for (const [position, judgement] of this.judgements.entries()) judgement.setCurrent(position === this.current);
    if (focus) this.judgements[this.current]?.focus();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const typing = event.target.closest('textarea, select, input:not([type="radio"], [type="checkbox"])');
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return this.send();
    }
    if (event.key === 'Escape' && event.target === this.reason) return this.moveTo(this.current);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const act = {
      j: () => this.moveTo(this.current + 1), k: () => this.moveTo(this.current - 1), r: () => this.reason.focus(), s: () => this.send(), n: () => this.pass(), '?': () => this.help(),
    }[event.key] ?? (/^[0-4]$/.test(event.key) && this.judgements[this.current] ? () => this.judgements[this.current].choose(Number(event.key)) : null);
    if (!act) return;
    event.preventDefault();
    act();
  }

  help() {
    return openDialog('Keys', [make('dl', { class: 'keys' }, KEYS.flatMap(([key, what]) => [make('dt', {}, make('kbd', {}, key)), make('dd', {}, what)]), make('dt', {}, make('kbd', {}, 'Ctrl'), ' + ', make('kbd', {}, 'Enter')), make('dd', {}, 'save, also from the reason'))]);
  }

  get changed() {
    return this.judgements.filter((judgement) => judgement.changed);
  }

  async pass() {
    if (await this.sure()) this.onNext({ skip: this.id });
  }

  async leave() {
    if (await this.sure()) this.onLeave();
  }

  async sure() {
    const written = this.changed.length || this.reason.value.trim();
    return !written || confirm('Give up your changes?', 'The verdicts and the reason you gave here are not kept.', { yes: 'Give them up', no: 'Go on', dangerous: true });
  }

  say(...content) {
    show(this.status, ...content);
  }

  objection() {
    const open = this.judgements.find((judgement) => judgement.value === undefined);
    if (open) {
      this.moveTo(this.judgements.indexOf(open));
      return notice('Not everything has a verdict', `${count(this.judgements.filter(({ value }) => value === undefined).length, 'verdict')} to go. Press 0 where you cannot tell.`, 'warning');
    }
    if (this.reason.value.trim()) return null;
    this.reason.focus();
    return notice(this.given.appeal ? 'Tell the candidate' : 'Give a reason', 'A sentence is enough.', 'warning');
  }

  async send() {
    if (this.save.disabled) return;
    const objection = this.objection();
    if (objection) return this.say(objection);
    setBusy(this.save, true, 'Saving …');
    try {
      this.onSaved(this.id, this.given.appeal ? await this.resolve() : await this.review());
    } catch (error) {
      setBusy(this.save, false, 'Save and take the next');
      this.once = newOnce();
      this.say(failureNotice(error));
    }
  }

  said() {
    const told = this.given.kind === 'open' ? this.changed : this.judgements;
    const of = (made) => Object.fromEntries(told.filter((judgement) => judgement.made === made).map(({ id, value }) => [id, value]));
    return { points: of(false), mistakes: of(true) };
  }

  async review() {
    const { kind, based_on: basis, grade } = this.given;
    const done = await call(`/v1/grades/${this.id}/reviews`, { once: this.once, json: { reviewer: this.reviewer, kind, reason: this.reason.value, second_review: this.second.checked, based_on: basis, ...this.said() } });
    if (done.wanted) return done.wanted === 'blind' ? 'Saved; it counts once a second person has read the answer.' : 'Saved; the two reviews differ, and a third person decides.';
    return grade && grade.score !== done.current.score ? `Saved: ${score(grade.score)} became ${score(done.current.score)}.` : `Saved: ${score(done.current.score)}.`;
  }

  async resolve() {
    const upheld = this.upheld.value === 'yes';
    await call(`/v1/appeals/${this.given.appeal.id}/resolution`, { once: this.once, json: { reviewer: this.reviewer, upheld, response: this.reason.value, ...(upheld ? this.said() : {}) } });
    return upheld ? 'Saved: the grade is corrected.' : 'Saved: the grade stands.';
  }

  close() {
    this.element.remove();
  }
}
