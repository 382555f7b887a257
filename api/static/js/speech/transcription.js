/** Having a recording turned into words by the service, and what to look at in them. */

import { make } from '../dom.js';
import { notice } from '../feedback.js';
import { call } from '../http.js';

const PATIENCE_MS = 180_000;
const EXTENSIONS = { 'audio/webm': 'webm', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' };

/**
 * @param {Blob} blob
 * @param {string | null} rubricId Its vocabulary helps the recogniser.
 * @returns {Promise<{transcript: any, repairs: {heard: string, term: string}[], doubtful: {start: number, end: number, why: string}[], cannot_grade: string | null}>}
 */
export function transcribe(blob, rubricId, signal) {
  const form = recordingForm(blob);
  if (rubricId) form.append('rubric_id', rubricId);
  return call('/v1/transcriptions', { method: 'POST', body: form, signal: patient(signal) });
}

/** A recording as a form. @param {Blob} blob */
export function recordingForm(blob) {
  const form = new FormData();
  form.append('audio', blob, `answer.${EXTENSIONS[blob.type.split(';')[0]] ?? 'webm'}`);
  return form;
}

/** A signal that also gives up after a while. @param {AbortSignal} signal */
export const patient = (signal) => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);

/**
 * What the candidate may want to correct, and the recording to listen to.
 * @param {Awaited<ReturnType<transcribe>>} heard
 * @param {string} recording Its address.
 * @param {(heard: string, term: string) => void} replace
 */
export function doubts({ transcript, repairs, doubtful, cannot_grade: unusable }, recording, replace) {
  const characters = Array.from(transcript.text);
  return [
    unusable ? notice('This may not be what you said', unusable, 'warning') : make('p', { class: 'quiet' }, 'This is what was heard. Correct it above where it is wrong; both versions are kept.'),
    make('audio', { controls: true, src: recording, 'aria-label': 'Your recording' }),
    repairs.length ? make('div', {}, make('p', { class: 'label' }, 'Perhaps you meant'), make('ul', { class: 'repairs' }, repairs.map((repair) => repairItem(repair, replace)))) : '',
    doubtful.length ? make('p', { class: 'quiet' }, 'Not heard clearly: ', doubtful.map(({ start, end }) => `“${characters.slice(start, end).join('')}”`).join(', '), '.') : '',
  ].filter(Boolean);
}

function repairItem({ heard, term }, replace) {
  const button = make('button', { type: 'button', class: 'plain', click: () => { replace(heard, term); button.disabled = true; } }, `“${heard}” `, make('span', { 'aria-label': 'to' }, '→'), ` ${term}`);
  return make('li', {}, button);
}
