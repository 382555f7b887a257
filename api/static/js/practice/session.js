/** Answering one question: writing or speaking, the marked answer, the result, and the follow-up. */

import { Composer } from '../composer.js';
import { deliverySection } from '../delivery.js';
import { at, focusOn, make, prose, show } from '../dom.js';
import { linkEvidence, markedText } from '../evidence.js';
import { capital, score } from '../format.js';
import { caveats, findingLists, findingsIn, madeBy, verdictBlock } from '../grade.js';
import { call } from '../http.js';
import { answerFields } from '../speech/said.js';
import { keep, recall } from '../store.js';
import { addAttempt, attemptsAt, scorePlot } from './attempts.js';
import { about, rubrics } from './browse.js';

/**
 * @typedef {{text: string, heard: import('../speech/said.js').Take[], earlier: string, earlierHeard: import('../speech/said.js').Take[], asked: string[], followUp: {id: string, ask: string} | null}} Draft
 *   `earlier` is the answer that a follow-up adds to.
 * @typedef {'write' | 'read' | 'follow-up'} Mode
 */

const PATIENCE_MS = 120_000;

/** @returns {Draft} */
const emptyDraft = () => ({ text: '', heard: [], earlier: '', earlierHeard: [], asked: [], followUp: null });

const state = {
  /** @type {import('./browse.js').Rubric | null} */ rubric: null,
  /** @type {Draft} */ draft: emptyDraft(),
  /** @type {AbortController | null} */ running: null,
};

const leave = make('button', { type: 'button', class: 'quiet-button', click: leaveComposer });
const composer = new Composer({
  submit: 'Grade',
  before: () => state.draft.earlier,
  rubricId: () => state.rubric?.id ?? null,
  onChange: keepDraft,
  onSubmit: grade,
  actions: [leave],
});

/** Connects the parts of the page; once. */
export function connectSession() {
  at('compose').append(composer.element);
  at('edit').addEventListener('click', () => { setMode('write'); composer.focus(); });
  linkEvidence(() => { if (at('work').dataset.mode === 'write') setMode('read'); });
}

/** Opens a question, with its draft and the result of the last attempt. */
export function openQuestion(rubric) {
  state.running?.abort();
  state.rubric = rubric;
  state.draft = { ...emptyDraft(), ...recall(`draft:${rubric.id}`, {}) };
  show(at('question'), prose(rubric.question));
  at('about').textContent = `${capital(rubric.level)} level · ${about(rubric)}`;
  show(at('options'), rubric.options.map(({ text }) => make('li', {}, prose(text))));
  at('options').hidden = !rubric.options.length;
  showResult();
  const last = lastAttempt();
  const untouched = last && (state.draft.text === last.answer || !state.draft.text.trim());
  setMode(state.draft.followUp ? 'follow-up' : untouched ? 'read' : 'write');
}

/** Gives up what is under way when the question is left. */
export function closeQuestion() {
  state.running?.abort();
  state.rubric = null;
  composer.set();
}

const lastAttempt = () => (state.rubric ? attemptsAt(state.rubric.id).at(-1) : undefined);

function pooled() {
  const { earlier, text } = state.draft;
  return earlier && text.trim() ? `${earlier}\n\n${text}` : earlier || text;
}

/** @param {Mode} mode */
function setMode(mode) {
  const { draft } = state;
  const attempt = lastAttempt();
  at('work').dataset.mode = mode;
  at('marked-title').textContent = mode === 'follow-up' ? 'Your answer so far' : 'Your answer, marked';
  show(at('follow-up-text'), prose(draft.followUp?.ask ?? ''));
  composer.label.textContent = mode === 'follow-up' ? 'Your answer to the follow-up' : 'Your answer';
  leave.hidden = mode === 'write' && !attempt;
  leave.textContent = mode === 'follow-up' ? 'Leave the follow-up' : 'Back to the marked answer';
  composer.set(mode === 'write' && !draft.text && attempt ? { text: attempt.answer } : draft);
  if (mode === 'follow-up' && attempt?.answer !== draft.earlier) at('marked-text').replaceChildren(draft.earlier);
}

function keepDraft({ text, heard }) {
  Object.assign(state.draft, { text, heard });
  if (!text.trim() && !state.draft.earlier) state.draft.asked = [];
  saveDraft();
}

function saveDraft() {
  const { draft, rubric } = state;
  keep(`draft:${rubric.id}`, draft.text || draft.earlier ? draft : null);
}

function startFollowUp({ id, ask }) {
  const { draft, running } = state;
  if (running) return;
  if (!draft.followUp) {
    const earlier = draft.text || lastAttempt().answer;
    state.draft = { ...draft, text: '', heard: [], earlier, earlierHeard: draft.heard, followUp: { id, ask } };
  }
  saveDraft();
  setMode('follow-up');
  composer.focus();
}

/** Back to the marked answer; what was typed to a follow-up joins the answer, so nothing is lost. */
function leaveComposer() {
  const { draft } = state;
  state.draft = { ...draft, text: pooled(), heard: [...draft.earlierHeard, ...draft.heard], earlier: '', earlierHeard: [], followUp: null };
  saveDraft();
  showResult();
  setMode(lastAttempt() ? 'read' : 'write');
  if (lastAttempt()) at('edit').focus();
  else composer.focus();
}

async function grade() {
  if (state.running || !state.rubric) return;
  const objection = composer.objection();
  if (objection) {
    composer.say(objection);
    composer.focus();
    return;
  }
  state.draft.text = composer.text;
  const { rubric, draft } = state;
  const running = (state.running = new AbortController());
  setBusy(true);
  try {
    const signal = AbortSignal.any([running.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const answer = pooled();
    const asked = draft.followUp ? [...new Set([...draft.asked, draft.followUp.id])] : draft.asked;
    const heard = [...draft.earlierHeard, ...draft.heard];
    const result = await call('/v1/grades', { json: { rubric_id: rubric.id, asked, ...answerFields(answer, heard) }, signal });
    if (running.signal.aborted) return;
    addAttempt(rubric.id, result.spoken?.text ?? answer, result, Boolean(draft.followUp));
    state.draft = { ...emptyDraft(), text: answer, heard, asked };
    saveDraft();
    showResult();
    setMode('read');
    focusOn(at('result-title'));
  } catch (error) {
    if (!running.signal.aborted) composer.fail(error);
  } finally {
    if (state.running === running) state.running = null;
    setBusy(false);
    if (document.activeElement === document.body) composer.button.focus();
  }
}

function setBusy(busy) {
  composer.setBusy(busy, 'Grading …');
  leave.disabled = busy;
  at('result').setAttribute('aria-busy', String(busy));
}

function showResult() {
  const attempt = lastAttempt();
  at('empty').hidden = Boolean(attempt);
  at('grade-shown').hidden = !attempt;
  if (!attempt) {
    at('marked-text').replaceChildren();
    return;
  }
  const { grade: result, answer } = attempt;
  const findings = findingsIn(result);
  show(at('marked-text'), markedText(answer, [...findings.points, ...findings.made]));
  show(at('grade-shown'), verdictBlock(result), followUpCard(result.follow_up, [...findings.points, ...findings.made]),
    caveats(result), findingLists(result, findings), deliverySection(result.spoken?.delivery), progress(), madeBy(result));
}

function progress() {
  const attempts = attemptsAt(state.rubric.id);
  if (attempts.length < 2) return '';
  const before = attempts.at(-2).score;
  const gain = before === null || attempts.at(-1).score === null ? '' : attempts.at(-1).score - before;
  const said = gain === '' ? '' : gain === 0 ? 'The same as the attempt before.' : `${score(Math.abs(gain))} ${gain > 0 ? 'more' : 'less'} than the attempt before.`;
  return make('section', { class: 'progress', 'aria-label': 'Your attempts at this question' }, said && make('p', { class: 'quiet' }, said), scorePlot('Your attempts', attempts));
}

function followUpCard(next, findings) {
  if (!next) return '';
  const fromBank = next.source === 'bank';
  const gap = findings.find((finding) => finding.id === next.gap);
  const action = fromBank
    ? rubrics.has(next.id) && make('a', { class: 'button', href: `#question/${next.id}` }, 'Go to this question')
    : make('button', { type: 'button', click: () => startFollowUp(next) }, 'Answer this next');
  return make('section', { class: 'next card accented', 'aria-labelledby': 'next-title' },
    make('h3', { id: 'next-title', class: 'label' }, fromBank ? 'A new question' : 'Follow-up'), make('p', { class: 'ask' }, prose(next.ask)),
    gap ? make('p', { class: 'quiet' }, `About ${gap.name.charAt(0).toLowerCase()}${gap.name.slice(1)}`) : '',
    action ? make('p', { class: 'actions' }, action) : '');
}
