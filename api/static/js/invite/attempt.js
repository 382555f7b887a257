/** Writing an answer against the clock: saved as it is typed, handed in once. */

import { make, show } from '../dom.js';
import { confirm, failureNotice, notice, setBusy } from '../feedback.js';
import { clock, count } from '../format.js';
import { answerFields } from '../speech/said.js';
import { Speaking } from '../speech/speaking.js';
import { keep, recall } from '../store.js';
import { writtenDownBy } from './recording.js';

const SAVE_AFTER_MS = 1200;
const RETRY_MS = 5000;
const TICK_MS = 250;
const NEAR_END = 60;
const NEAR_LIMIT = 0.9;

/** Names a draft in this browser without keeping the link there. */
async function draftName(token) {
  const digest = await crypto.subtle?.digest('SHA-256', new TextEncoder().encode(token));
  return digest ? `invite:${Array.from(new Uint8Array(digest).slice(0, 8), (byte) => byte.toString(16)).join('')}` : null;
}

/**
 * @param {object} state The invitation as the service has it.
 * @param {{ask: Function, say: (text: string) => void, token: string, onState: (state: object) => void, onFailure: (error: Error) => void}} page
 * @returns {{element: HTMLElement, leave: () => void}}
 */
export function attemptView(state, page) {
  const attempt = new Attempt(state, page);
  return { element: attempt.element, leave: () => attempt.leave() };
}

class Attempt {
  constructor(state, { ask, say, token, onState, onFailure }) {
    Object.assign(this, { ask, say, onState, onFailure, revision: state.revision, limit: state.max_characters, saved: state.draft, done: false, warned: false });
    this.ends = state.time_limit === null ? null : performance.now() + state.seconds_left * 1000;
    this.area = make('textarea', { id: 'answer', class: 'words', dir: 'auto', spellcheck: 'true', 'aria-describedby': 'count saved', input: () => this.changed() });
    this.area.value = state.draft;
    this.counter = make('p', { id: 'count', class: 'quiet' });
    this.savedNote = make('p', { id: 'saved', class: 'saved' });
    this.status = make('div', { class: 'stack', role: 'status' });
    this.button = make('button', {}, 'Hand in');
    /** @type {import('../speech/said.js').Take[]} */
    this.heard = [];
    this.speaking = state.spoken ? this.listener(ask) : null;
    this.clockFace = make('p', { class: 'time-left', 'aria-live': 'off' });
    this.element = this.build(state);
    this.ready = this.restore(token);
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.onHide = () => { if (document.visibilityState === 'hidden') this.save(); };
    document.addEventListener('visibilitychange', this.onHide);
    this.tick();
    this.count();
    this.noteSaved(state.draft ? 'Saved' : '');
  }

  /** The controls for speaking; what is heard goes to the end of the text, to be corrected there. */
  listener(ask) {
    return new Speaking({
      rubricId: () => null,
      writeDown: writtenDownBy(ask),
      onWords: (take) => {
        const { value } = this.area;
        this.area.value = value + (value && !/\s$/.test(value) ? ' ' : '') + take.text;
        this.heard.push(take);
        this.changed();
      },
      onReplace: (heard, term) => {
        const place = this.area.value.toLowerCase().lastIndexOf(heard.toLowerCase());
        if (place < 0) return;
        this.area.setRangeText(term, place, place + heard.length);
        this.changed();
      },
      onBusy: (busy) => { this.button.disabled = busy; },
    });
  }

  build(state) {
    const options = state.options.map(({ text }) => make('li', {}, text));
    const send = (event) => { event.preventDefault(); this.handIn(); };
    return make('form', { class: 'stack attempt composer', novalidate: true, submit: send },
      make('div', { class: 'attempt-head' }, make('h1', {}, state.question), this.ends === null ? '' : this.clockFace),
      options.length ? make('ol', { class: 'options', type: 'A' }, options) : '',
      make('div', {}, make('label', { for: 'answer', class: 'label' }, 'Your answer'),
        make('div', { class: 'paper' }, this.area, make('div', { class: 'beneath' }, this.speaking?.controls ?? '', this.counter))),
      this.speaking?.panel ?? '',
      this.savedNote,
      this.status,
      make('p', { class: 'actions' }, this.button, make('span', { class: 'quiet' }, this.ends === null ? 'There is one attempt.' : 'There is one attempt. What is written when the time is over is handed in.')));
  }

  /** Takes up what this browser kept and the service does not have, as after a lost connection. */
  async restore(token) {
    this.name = await draftName(token);
    const local = this.name && recall(this.name, null);
    if (this.name && this.area.value) this.heard = recall(`${this.name}:heard`, []);
    if (!local || local.text === this.saved || this.area.value !== this.saved) return;
    if (local.revision === this.revision || !this.saved) {
      this.area.value = local.text;
      this.changed();
    } else this.offer(local.text, 'This browser kept another text, which was not saved');
  }

  changed() {
    this.count();
    if (!this.area.value.trim()) this.heard = [];
    if (this.name) {
      keep(this.name, { text: this.area.value, revision: this.revision });
      keep(`${this.name}:heard`, this.heard.length ? this.heard : null);
    }
    this.noteSaved('Not saved yet');
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  count() {
    const characters = Array.from(this.area.value).length;
    const tooLong = characters > this.limit;
    const near = characters > this.limit * NEAR_LIMIT;
    const words = count(this.area.value.split(/\s+/).filter(Boolean).length, 'word');
    this.counter.textContent = near ? `${count(characters, 'character')} of ${count(this.limit, 'character')}${tooLong ? ': too long' : ''}` : words;
    this.area.setAttribute('aria-invalid', String(tooLong));
  }

  async save() {
    clearTimeout(this.waiting);
    if (this.done || this.sending || this.saving || this.conflict || this.area.value === this.saved) return;
    this.saving = this.put(this.area.value);
    await this.saving;
    this.saving = null;
    if (this.area.value !== this.saved && !this.conflict && !this.done && !this.sending) this.waiting = setTimeout(() => this.save(), this.offline ? RETRY_MS : SAVE_AFTER_MS);
  }

  async put(answer) {
    try {
      const { revision } = await this.ask('/draft', { method: 'PUT', json: { answer, revision: this.revision }, keepalive: answer.length < 15_000 });
      Object.assign(this, { revision, saved: answer });
      this.noteSaved(this.area.value === answer ? 'Saved' : 'Not saved yet');
      if (this.name && this.area.value === answer) keep(this.name, null);
    } catch (error) {
      this.unsaved(error);
    }
  }

  unsaved(error) {
    if (error.code === 'draft_changed') return this.clash(error.body);
    if (error.passing) {
      this.offline = true;
      return this.noteSaved('Not saved: no connection. It is kept in this browser and saved as soon as there is one.', 'warning');
    }
    this.reload(error);
  }

  /** Another tab, or the clock, was first: the service says how things stand. */
  async reload(error) {
    this.leave();
    try {
      this.onState(await this.ask(''));
    } catch {
      this.onFailure(error);
    }
  }

  clash({ draft, revision }) {
    this.conflict = true;
    this.revision = revision;
    this.saved = draft;
    this.noteSaved('Not saved: the text was changed in another tab', 'warning');
    this.offer(draft, 'The text was changed in another tab');
  }

  /** Shows another version of the text; one of the two is chosen. */
  offer(text, heading) {
    const settle = (value) => {
      this.conflict = false;
      this.area.value = value;
      show(this.status);
      this.changed();
      this.save();
      this.area.focus();
    };
    const mine = this.area.value;
    show(this.status, notice(heading, 'Nothing was overwritten. This is the other one:', 'warning',
      make('blockquote', { class: 'passage' }, text || '(empty)'),
      make('p', { class: 'actions' }, make('button', { type: 'button', class: 'plain', click: () => settle(text) }, 'Use the other one'),
        make('button', { type: 'button', class: 'plain', click: () => settle(this.area.value || mine) }, 'Keep what is in the field'))));
  }

  noteSaved(text, tone = '') {
    if (text === 'Saved') this.offline = false;
    this.savedNote.textContent = text;
    if (tone) this.savedNote.dataset.tone = tone;
    else delete this.savedNote.dataset.tone;
  }

  tick() {
    if (this.ends === null) return;
    const left = (this.ends - performance.now()) / 1000;
    show(this.clockFace, clock(left), make('small', {}, ' left'));
    if (left <= NEAR_END) this.clockFace.dataset.tone = 'warning';
    if (left <= NEAR_END && !this.warned) {
      this.warned = true;
      this.say('One minute is left.');
    }
    if (left <= 0) {
      clearInterval(this.ticking);
      this.timeOver();
    }
  }

  async timeOver() {
    if (this.done) return;
    this.area.readOnly = true;
    if (this.area.value.trim()) await this.send();
    else await this.reload(new Error('The time is over.'));
  }

  async handIn() {
    if (!this.area.value.trim()) {
      show(this.status, notice('There is no answer yet', 'Write one first.', 'warning'));
      return this.area.focus();
    }
    if (await confirm('Hand in your answer?', 'There is one attempt: you cannot change it afterwards.', { yes: 'Hand in', no: 'Go on writing' })) await this.send();
  }

  async send() {
    setBusy(this.button, true, 'Handing in …');
    this.area.readOnly = true;
    this.sending = true;
    await this.saving;
    try {
      const state = await this.ask('/answer', { json: answerFields(this.area.value, this.heard) });
      for (const name of this.name ? [this.name, `${this.name}:heard`] : []) keep(name, null);
      this.leave();
      this.onState(state);
    } catch (error) {
      if (['invitation_used', 'invitation_expired', 'invitation_revoked', 'invitation_gone'].includes(error.code)) return this.reload(error);
      setBusy(this.button, false, 'Hand in');
      this.area.readOnly = false;
      this.sending = false;
      show(this.status, failureNotice(error));
    }
  }

  leave() {
    this.done = true;
    clearInterval(this.ticking);
    clearTimeout(this.waiting);
    this.speaking?.reset();
    document.removeEventListener('visibilitychange', this.onHide);
  }
}
