/** The controls for speaking an answer: live captions where the browser has a recogniser, a recording otherwise. */

import { icon, make } from '../dom.js';
import { failureNotice, notice } from '../feedback.js';
import { clock } from '../format.js';
import { Problem } from '../http.js';
import { canRecognise, recognise } from './recogniser.js';
import { canRecord, record } from './recorder.js';
import { doubts, transcribe } from './transcription.js';

const MICROPHONE = () => icon('M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3Z', 'M5.5 11.5a6.5 6.5 0 0 0 13 0', 'M12 18v3');
const STOP = () => icon('M7 7h10v10H7z');

/** What to say of a recogniser that gave up, by its code. */
const REFUSALS = {
  'not-allowed': ['The microphone may not be used', 'Allow it in the settings of this page, or type the answer.'],
  'audio-capture': ['No microphone was found', 'Connect one, or type the answer.'],
};

export class Speaking {
  /**
   * @param {{rubricId: () => string | null, onWords: (take: import('./said.js').Take) => void, onReplace: (heard: string, term: string) => void, onBusy: (busy: boolean) => void, writeDown?: typeof transcribe}} options
   *   `onBusy` says whether words may still come.
   */
  constructor({ rubricId, onWords, onReplace, onBusy, writeDown = transcribe }) {
    Object.assign(this, { rubricId, onWords, onReplace, onBusy, writeDown });
    /** Milliseconds of speech before what is being said now. */
    this.before = 0;
    /** @type {{stop: () => void, cancel: () => void} | null} */
    this.running = null;
    this.recording = !canRecognise();
    this.button = make('button', { type: 'button', class: 'quiet-button speak', click: () => this.toggle() });
    this.elapsed = make('span', { class: 'elapsed numeric', 'aria-hidden': 'true' });
    this.meter = make('span', { class: 'meter', 'aria-hidden': 'true' }, make('i'));
    this.controls = make('div', { class: 'speaking', hidden: !canRecognise() && !canRecord() }, this.button, this.meter, this.elapsed);
    this.panel = make('div', { class: 'heard', role: 'status', 'aria-live': 'polite' });
    this.rest();
  }

  toggle() {
    if (this.running) this.running.stop();
    else if (this.recording) this.startRecording();
    else this.startCaptions();
  }

  /** Gives up what is being said, and goes on after so many milliseconds of speech. */
  reset(before = 0) {
    this.running?.cancel();
    this.before = before;
    this.rest();
    this.panel.replaceChildren();
  }

  setDisabled(disabled) {
    this.button.disabled = disabled;
  }

  startCaptions() {
    const interim = make('p', { class: 'interim words' });
    const given = { up: false };
    const { before } = this;
    const began = performance.now();
    const now = () => before + Math.round(performance.now() - began);
    const settle = (text) => {
      if (given.up || !text) return;
      this.onWords({ text, start_ms: this.before, end_ms: now() });
      this.before = now();
    };
    this.listen('Listening. Speak, then press Stop; you can correct the words before you send them.', interim);
    const recogniser = recognise({
      onWords: settle,
      onInterim: (text) => { interim.textContent = text; },
      onEnd: (failure) => {
        if (given.up) return;
        // What never settled was said too.
        settle(interim.textContent.trim());
        this.rest();
        if (failure) this.captionsFailed(failure);
        else this.panel.replaceChildren();
      },
    });
    this.running = { stop: () => recogniser.stop(), cancel: () => { given.up = true; recogniser.stop(); } };
  }

  captionsFailed({ code, unfit }) {
    if (unfit && canRecord()) {
      this.recording = true;
      this.rest();
      this.panel.replaceChildren(notice('This browser has no captions here', 'Press Record instead: the service turns the recording into words.', 'warning'));
      return;
    }
    const [title, detail] = REFUSALS[code] ?? ['The browser stopped listening', 'Try again, or type the answer. What was heard so far is kept.'];
    this.panel.replaceChildren(notice(title, detail, 'warning'));
  }

  async startRecording() {
    this.button.disabled = true;
    try {
      const recorder = await record({ onLevel: (level) => this.meter.style.setProperty('--level', level.toFixed(2)) });
      this.listen('Recording. Speak, then press Stop; the words appear here for you to correct.');
      this.running = { stop: () => this.finishRecording(recorder), cancel: () => recorder.cancel() };
    } catch (error) {
      this.rest();
      this.panel.replaceChildren(failureNotice(error));
    }
    this.button.disabled = false;
  }

  async finishRecording(recorder) {
    this.rest();
    this.send(await recorder.stop());
  }

  /** Has a recording turned into words; one that failed is kept, to be tried again. */
  async send(blob) {
    const giveUp = new AbortController();
    this.running = { stop: () => {}, cancel: () => giveUp.abort() };
    this.onBusy(true);
    this.button.disabled = true;
    this.panel.replaceChildren(make('p', { class: 'loading' }, make('span', { class: 'spinner', 'aria-hidden': 'true' }), 'Turning the recording into words …'));
    try {
      const heard = await this.writeDown(blob, this.rubricId(), giveUp.signal);
      const { transcript } = heard;
      const lasts = transcript.duration_ms ?? transcript.words.at(-1)?.end_ms ?? 0;
      if (transcript.text.trim()) this.onWords({ text: transcript.text.trim(), start_ms: this.before, end_ms: this.before + lasts, transcript });
      this.before += lasts;
      URL.revokeObjectURL(this.playing);
      this.playing = URL.createObjectURL(blob);
      this.panel.replaceChildren(...doubts(heard, this.playing, this.onReplace));
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.panel.replaceChildren(this.unheard(error, blob));
    } finally {
      this.rest();
    }
  }

  unheard(error, blob) {
    if (error instanceof Problem && error.status === 501) {
      return notice('This service turns no speech into words', 'Type the answer, or open the page in a browser with captions (Chrome, Edge or Safari).', 'warning');
    }
    const again = make('button', { type: 'button', class: 'plain', click: () => this.send(blob) }, 'Try again');
    return failureNotice(error, error.passing ? make('p', { class: 'actions' }, again) : '');
  }

  listen(text, ...more) {
    const began = performance.now();
    const tick = () => { this.elapsed.textContent = clock((performance.now() - began) / 1000); };
    tick();
    this.timer = setInterval(tick, 500);
    this.controls.classList.add('listening');
    this.onBusy(true);
    this.button.replaceChildren(STOP(), 'Stop');
    this.button.setAttribute('aria-pressed', 'true');
    this.panel.replaceChildren(make('p', { class: 'quiet' }, text), ...more);
  }

  rest() {
    clearInterval(this.timer);
    this.running = null;
    this.controls.classList.remove('listening');
    this.elapsed.textContent = '';
    this.button.disabled = false;
    this.button.replaceChildren(MICROPHONE(), this.recording ? 'Record' : 'Speak');
    this.button.removeAttribute('aria-pressed');
    this.onBusy(false);
  }
}
