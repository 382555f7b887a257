/**
 * What was said, as it is sent to be graded.
 *
 * @typedef {{text: string, start_ms: number, end_ms: number, transcript?: any}} Take
 *   A stretch of speech as it was heard, before any correction; `transcript` where the service wrote it down.
 */

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/\s+/g, ' ');
const two = (n) => String(n).padStart(2, '0');

function stamp(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}

/** Takes as WebVTT, a cue for each. */
function captions(takes) {
  const cues = takes.map(({ text, start_ms: start, end_ms: end }) => `${stamp(start)} --> ${stamp(Math.max(end, start + 1))}\n${escaped(text)}\n`);
  return ['WEBVTT\n', ...cues].join('\n');
}

/**
 * The fields of an answer: of a spoken one both what was heard and what the candidate made of it.
 * @param {string} answer
 * @param {Take[]} takes
 */
export function answerFields(answer, takes) {
  if (!takes.length) return { answer };
  const whole = takes.length === 1 ? takes[0].transcript : undefined;
  return { transcript: whole ?? captions(takes), corrected_text: answer };
}
