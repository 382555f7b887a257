/** An interview under way: what is asked, what is said, and whatever happens to the connection. */

import { Composer } from '../composer.js';
import { at, focusOn, make, prose, show } from '../dom.js';
import { confirm, failureNotice, loading, notice, retryNotice, toast } from '../feedback.js';
import { capital, title } from '../format.js';
import { newOnce } from '../http.js';
import { answerFields } from '../speech/said.js';
import * as direct from './api.js';
import { earlier, STYLES, turnsOf } from './conversation.js';
import { Countdown } from './countdown.js';
import { draftOf, dropDraft, keepDraft, onceFor, remember } from './memory.js';

/** One interview in the page's room. */
export class Room {
  /**
   * @param {string} id
   * @param {{api?: typeof direct, byInvite?: boolean, speech?: boolean, writeDown?: Function, onDraft?: (turn: number, draft: object) => void, onOver?: (interview: object) => void}} options
   *   `byInvite` for a candidate who was invited: no pausing, nothing remembered but the draft; `onOver` is told instead of showing the end.
   */
  constructor(id, { api = direct, byInvite = false, speech = true, writeDown, onDraft = () => {}, onOver } = {}) {
    Object.assign(this, { id, api, byInvite, onDraft, onOver });
    /** @type {import('./api.js').Interview | null} */
    this.interview = null;
    this.sending = false;
    this.over = new AbortController();
    this.countdown = new Countdown(at('time-left'), at('time-said'));
    this.pass = make('button', { type: 'button', class: 'quiet-button', click: () => this.skip() }, 'Pass');
    this.composer = new Composer({
      submit: 'Send the answer',
      rubricId: () => this.interview?.questions.at(-1)?.rubric_id ?? null,
      onChange: (draft) => this.keep(draft),
      onSubmit: () => this.send(),
      actions: [this.pass],
      writeDown,
    });
    if (!speech) this.composer.forbidSpeech();
  }

  keep(draft) {
    if (!this.turn) return;
    keepDraft(this.id, this.turn, draft);
    this.onDraft(this.turn, draft);
  }

  get turn() {
    return this.interview?.ask?.turn ?? null;
  }

  /** Opens the room, and keeps it up to date until the interview is over. */
  async open() {
    at('compose').append(this.composer.element);
    at('pause').addEventListener('click', () => this.change(this.interview.status === 'paused' ? 'resume' : 'pause'));
    at('resume').addEventListener('click', () => this.change('resume'));
    at('end').addEventListener('click', () => this.end());
    addEventListener('online', () => this.refresh());
    await this.enter();
  }

  async enter() {
    show(at('room-status'), loading('Opening the interview …'));
    if (await this.refresh()) this.follow();
  }

  async follow() {
    const { signal } = this.over;
    const onState = (state) => {
      const lost = state === 'lost';
      if (at('connection').hidden && !lost) return;
      at('connection').hidden = !lost;
      if (!lost) this.refresh();
    };
    try {
      await this.api.watch(this.id, this.interview.last_event, { signal, onState, onEvent: () => this.refresh() });
    } catch (error) {
      show(at('room-status'), failureNotice(error));
    }
  }

  /** Asks how the interview stands; once more if that is asked meanwhile. */
  async refresh() {
    if (this.refreshing) {
      this.again = true;
      return true;
    }
    this.refreshing = true;
    try {
      do {
        this.again = false;
        const interview = await this.api.get(this.id);
        // A response to our own answer says more than a reading that was under way before it.
        if (!this.sending) this.take(interview);
      } while (this.again);
      return true;
    } catch (error) {
      if (!this.interview) show(at('room-status'), retryNotice(error, () => this.enter()));
      return false;
    } finally {
      this.refreshing = false;
    }
  }

  /** Shows how the interview stands. @param {import('./api.js').Interview} interview */
  take(interview) {
    const before = this.interview;
    if (before && interview.last_event < before.last_event) return;
    this.interview = interview;
    if (!this.byInvite) remember(interview);
    at('room-title').textContent = interview.title;
    document.title = `${interview.title} – Answer grader`;
    at('room-status').replaceChildren();
    show(at('earlier'), earlier(interview.questions));
    this.showClock();
    this.showAsk(before);
    if (interview.finished) this.finish();
  }

  showClock() {
    const { ask, seconds_left: left, status, grading } = this.interview;
    const stands = status === 'paused' || grading || !ask;
    this.countdown.set(ask ? Math.min(ask.seconds_left, left) : left, !stands);
    at('clock').hidden = Boolean(this.interview.finished);
    at('whole').textContent = `${Math.ceil(left / 60)} min in all`;
    at('pause').textContent = status === 'paused' ? 'Resume' : 'Pause';
    at('controls').hidden = this.byInvite || Boolean(this.interview.finished);
  }

  /** @param {import('./api.js').Interview | null} before */
  showAsk(before) {
    const { ask, status, grading, finished, questions, opening } = this.interview;
    const paused = status === 'paused';
    at('paused').hidden = !paused;
    at('asking').hidden = !ask || paused;
    show(at('waiting'), !ask && !finished && grading ? loading('Your answer is being read. The clock stands still.') : '');
    const current = questions.at(-1);
    show(at('so-far'), ask && current && !current.closed ? turnsOf(current) : '');
    if (!ask || (before?.ask?.turn === ask.turn && (before.status === 'paused') === paused)) return;
    show(at('opening'), ask.turn === 1 && opening ? prose(opening) : ask.transition ? prose(ask.transition) : '');
    at('ask-kind').textContent = ask.style ? STYLES[ask.style] : `Question ${ask.question}${current ? ` · ${title(current.topic)}, ${current.level} level` : ''}`;
    show(at('ask'), prose(ask.text));
    show(at('options'), ask.options.map((text) => make('li', {}, prose(text))));
    at('options').hidden = !ask.options.length || Boolean(ask.style);
    if (before?.ask?.turn !== ask.turn) this.restoreDraft(ask.turn);
    if (!paused && before) focusOn(at('ask'));
  }

  /** Puts back what was typed to this turn; what was typed to one that is closed is not lost either. */
  restoreDraft(turn) {
    const kept = draftOf(this.id);
    const typed = this.composer.text.trim() ? this.composer.draft : null;
    this.composer.set(kept?.turn === turn ? kept : {});
    const unsent = typed ?? (kept && kept.turn !== turn ? kept : null);
    if (!unsent) return;
    const answers = this.interview.questions.flatMap(({ turns }) => turns).map((each) => each.answer?.trim());
    if (answers.includes(unsent.text.trim())) dropDraft(this.id);
    else this.offerUnsent(unsent);
  }

  offerUnsent(draft) {
    const use = make('button', { type: 'button', class: 'plain', click: () => { this.composer.set(draft); this.composer.changed(); this.composer.focus(); } }, 'Put it into this answer');
    this.composer.say(notice('That turn was answered elsewhere', 'Perhaps in another tab. What you wrote here was not sent; it is kept:', 'warning',
      make('blockquote', { class: 'passage' }, draft.text), make('p', { class: 'actions' }, use)));
  }

  async send() {
    const objection = this.composer.objection();
    if (objection) {
      this.composer.say(objection);
      this.composer.focus();
      return;
    }
    const { turn, composer: { draft } } = this;
    const said = answerFields(draft.text, draft.heard);
    const once = onceFor(this.id, turn, draft, said);
    await this.tell('Sending …', () => this.api.answer(this.id, turn, said, once));
  }

  async skip() {
    const { turn } = this;
    const sure = await confirm('Pass on this question?', this.composer.text.trim()
      ? 'What you have typed is not sent, and no more is asked about this question.'
      : 'No more is asked about this question. Passing without having answered counts as knowing nothing about it.', { yes: 'Pass' });
    if (sure) await this.tell('Passing …', () => this.api.answer(this.id, turn, { skip: true }, newOnce()));
  }

  /** Does something to the open turn; afterwards its draft is done with. */
  async tell(label, act) {
    this.sending = true;
    this.composer.setBusy(true, label);
    this.pass.disabled = true;
    try {
      const interview = await act();
      dropDraft(this.id);
      this.composer.set();
      this.sending = false;
      this.take(interview);
    } catch (error) {
      this.sending = false;
      await this.untold(error);
    } finally {
      this.composer.setBusy(false);
      this.pass.disabled = false;
    }
  }

  async untold(error) {
    const { turn } = this;
    if (error.status === 409 && (await this.refresh()) && this.turn !== turn) return;
    const waits = error.passing ? [make('p', { class: 'actions' }, make('button', { type: 'button', class: 'plain', click: () => this.send() }, 'Send it again'))] : [];
    this.composer.fail(error, ...waits);
  }

  async change(what) {
    at('pause').disabled = true;
    try {
      this.take(await this.api.change(this.id, what));
      if (what === 'pause') at('resume').focus();
    } catch (error) {
      if (error.status === 409) await this.refresh();
      else toast(`${error.message}. ${error.detail ?? ''}`);
    } finally {
      at('pause').disabled = false;
    }
  }

  async end() {
    const sure = await confirm('End the interview?', 'Nothing more is asked. What you have answered is reported on.', { yes: 'End it', no: 'Go on', dangerous: true });
    if (sure) await this.change('end');
  }

  finish() {
    this.over.abort();
    dropDraft(this.id);
    if (this.onOver) return this.onOver(this.interview);
    const { finished, closing } = this.interview;
    const why = { complete: 'That was the last question.', out_of_time: 'The time is up.', ended: 'The interview was ended.' };
    at('finished').hidden = false;
    at('finished-why').textContent = why[finished] ?? capital(finished);
    show(at('closing'), closing ? prose(closing) : '');
    at('report').href = `/interview/report?id=${encodeURIComponent(this.id)}`;
    focusOn(at('finished-title'));
  }
}
