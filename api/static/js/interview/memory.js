/**
 * What this browser keeps of interviews: which there were, and words not sent yet.
 *
 * @typedef {{turn: number, text: string, heard: string[], once: string, sent: string}} Draft
 *   `once` is the Idempotency-Key of what is in `sent`, so that sending it again does it once.
 */

import { newOnce } from '../http.js';
import { keep, recall } from '../store.js';

const MOST = 20;

export const interviewsHere = () => recall('interviews', []);

/** Puts an interview first in the list of this browser's. */
export function remember({ id, title, status }) {
  const others = interviewsHere().filter((each) => each.id !== id);
  const at = interviewsHere().find((each) => each.id === id)?.at ?? new Date().toISOString();
  keep('interviews', [{ id, title, status, at }, ...others].slice(0, MOST));
}

export function forget(id) {
  keep('interviews', interviewsHere().filter((each) => each.id !== id));
  keep(`interview-draft:${id}`, null);
}

/** @returns {Draft | null} */
export const draftOf = (id) => recall(`interview-draft:${id}`, null);

export function keepDraft(id, turn, { text, heard }) {
  const before = draftOf(id);
  const { once = '', sent = '' } = before?.turn === turn ? before : {};
  keep(`interview-draft:${id}`, text.trim() ? { turn, text, heard, once, sent } : null);
}

export const dropDraft = (id) => keep(`interview-draft:${id}`, null);

/** The key to send an answer with: the one it was sent with before, if it was. @param {object} said As it is sent. */
export function onceFor(id, turn, { text, heard }, said) {
  const before = draftOf(id);
  const sent = JSON.stringify(said);
  if (before?.turn === turn && before.once && before.sent === sent) return before.once;
  const once = newOnce();
  keep(`interview-draft:${id}`, { turn, text, heard, once, sent });
  return once;
}
