/**
 * Where an answer is typed or spoken: words counted, the draft reported at every change, Ctrl+Enter to send.
 *
 *   const composer = new Composer({ submit: 'Grade', onChange, onSubmit });
 *   place.append(composer.element);
 *   composer.set({ text: 'kept from before' });
 */

import { make } from './dom.js';
import { failureNotice, notice, setBusy } from './feedback.js';
import { count } from './format.js';
import { Speaking } from './speech/speaking.js';

export const LIMIT = 20_000;
const NEAR_LIMIT = 18_000;

/** @typedef {{text: string, heard: import('./speech/said.js').Take[]}} Draft */

export class Composer {
  /**
   * @param {{submit: string, onChange: (draft: Draft) => void, onSubmit: () => void, before?: () => string, rubricId?: () => string | null, actions?: Node[], writeDown?: typeof import('./speech/transcription.js').transcribe}} options
   *   `before` gives what is sent together with the text and counts towards the limit.
   */
  constructor({ submit, onChange, onSubmit, before = () => '', rubricId = () => null, actions = [], writeDown }) {
    this.before = before;
    this.onChange = onChange;
    this.submitLabel = submit;
    /** @type {import('./speech/said.js').Take[]} */
    this.heard = [];
    this.label = make('label', { for: 'answer', class: 'label' }, 'Your answer');
    this.area = make('textarea', { id: 'answer', class: 'words', rows: 8, dir: 'auto', spellcheck: 'true', 'aria-describedby': 'count', input: () => this.changed() });
    this.counter = make('p', { id: 'count', class: 'quiet' });
    this.warning = make('p', { class: 'warning', role: 'status' });
    this.button = make('button', { 'aria-keyshortcuts': 'Control+Enter Meta+Enter' }, submit);
    this.status = make('div', { role: 'status', 'aria-live': 'polite' });
    this.speaking = new Speaking({ rubricId, writeDown, onWords: (take) => this.add(take), onReplace: (heard, term) => this.replace(heard, term), onBusy: (busy) => { this.button.disabled = busy; } });
    const send = (event) => { event.preventDefault(); if (!this.button.disabled) onSubmit(); };
    this.element = make('form', { class: 'composer', novalidate: true, submit: send, keydown: (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event); } },
      this.label,
      make('div', { class: 'paper' }, this.area, make('div', { class: 'beneath' }, this.speaking.controls, this.counter)),
      this.warning, this.speaking.panel,
      make('p', { class: 'actions' }, this.button, make('span', { class: 'quiet hint' }, 'or ', make('kbd', {}, 'Ctrl'), ' + ', make('kbd', {}, 'Enter')), actions),
      this.status);
    this.showCount();
  }

  get text() {
    return this.area.value;
  }

  /** The draft as it stands. @returns {Draft} */
  get draft() {
    return { text: this.area.value, heard: this.heard };
  }

  /** Puts a draft in; what was being said is given up. */
  set({ text = '', heard = [] } = {}) {
    this.speaking.reset(heard.at(-1)?.end_ms ?? 0);
    this.area.value = text;
    this.heard = [...heard];
    this.status.replaceChildren();
    this.showCount();
  }

  /** Takes up words that were spoken: where the text ends, to be corrected there. */
  add(take) {
    const { value } = this.area;
    this.area.value = value + (value && !/\s$/.test(value) ? ' ' : '') + take.text;
    this.heard.push(take);
    this.changed();
  }

  /** Puts a term where something else was heard, as far as it still stands there. */
  replace(heard, term) {
    const place = this.area.value.toLowerCase().lastIndexOf(heard.toLowerCase());
    if (place < 0) return;
    this.area.setRangeText(term, place, place + heard.length);
    this.changed();
  }

  changed() {
    if (!this.area.value.trim()) this.heard = [];
    this.showCount();
    this.onChange(this.draft);
  }

  showCount() {
    const before = this.before();
    const answer = before && this.text.trim() ? `${before}\n\n${this.text}` : before || this.text;
    const characters = Array.from(answer).length;
    const counted = count(answer.split(/\s+/).filter(Boolean).length, 'word');
    this.counter.textContent = before ? `${counted}, earlier answer included` : counted;
    const tooLong = characters > LIMIT;
    const warning = `${count(characters, 'character')}: ${tooLong ? 'over' : 'near'} the limit of ${count(LIMIT, 'character')}`;
    const shown = characters > NEAR_LIMIT ? warning : '';
    if (this.warning.textContent !== shown) this.warning.textContent = shown;
    this.area.setAttribute('aria-invalid', String(tooLong));
  }

  /** Leaves typing alone to answer with. */
  forbidSpeech() {
    this.speaking.controls.hidden = true;
  }

  /** Why this cannot be sent yet; null when it can. */
  objection() {
    if (!this.text.trim()) return notice('There is no answer yet', 'Type or say one first.', 'warning');
    const before = this.before();
    const excess = Array.from(before ? `${before}\n\n${this.text}` : this.text).length - LIMIT;
    return excess > 0 ? notice('The answer is too long', `Shorten it by ${count(excess, 'character')}.`, 'warning') : null;
  }

  setBusy(busy, label) {
    setBusy(this.button, busy, busy ? label : this.submitLabel);
    this.area.readOnly = busy;
    this.speaking.setDisabled(busy);
    if (busy) this.status.replaceChildren(make('span', { class: 'for-reader' }, label));
  }

  say(...content) {
    this.status.replaceChildren(...content);
  }

  fail(error, ...more) {
    this.say(failureNotice(error, ...more));
  }

  focus() {
    this.area.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }
}
