/**
 * Interviews at the service, as a candidate may see them.
 *
 * @typedef {{turn: number, question: number, text: string, style: string | null, transition: string, options: string[], seconds_left: number}} Ask
 * @typedef {{turn: number, text: string, style: string | null, answer: string | null, spoken: {recognised_text: string | null} | null}} Turn
 * @typedef {{question: number, topic: string, level: string, closed: string | null, turns: Turn[]}} Question
 * @typedef {{id: string, status: string, title: string, minutes: number, grading: boolean, ask: Ask | null, seconds_left: number, opening: string, closing: string | null, finished: string | null, questions: Question[], last_event: number}} Interview
 */

import { call } from '../http.js';
import { follow } from '../stream.js';

const PATIENCE_MS = 60_000;
const path = (id, more = '') => `/v1/interviews/${encodeURIComponent(id)}${more}`;

export const listScripts = async () => (await call('/v1/interview-scripts')).items;
export const begin = (body, once) => call('/v1/interviews', { json: body, once });
/** @returns {Promise<Interview>} */
export const get = (id) => call(path(id, '?candidate_view=true'));
/** One of 'pause', 'resume' and 'end'. @returns {Promise<Interview>} */
export const change = (id, what) => call(path(id, `/${what}`), { method: 'POST' });
/** Answers a turn, or passes with `{skip: true}`; the same `once` again does it once. @returns {Promise<Interview>} */
export const answer = (id, turn, said, once) => call(path(id, '/answers'), { json: { turn, ...said }, once, signal: AbortSignal.timeout(PATIENCE_MS) });
export const watch = (id, lastEvent, options) => follow(path(id, '/events?candidate_view=true'), { ...options, lastId: String(lastEvent) });
export const report = (id, { asCandidate, delivery }) => call(path(id, `/report?candidate_view=${asCandidate}&delivery=${delivery}`));
