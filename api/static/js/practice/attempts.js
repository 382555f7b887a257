/**
 * What was tried before, kept in this browser.
 *
 * @typedef {{at: string, score: number | null, band: string | null, byFollowUp: boolean, answer?: string, grade?: any}} Attempt
 *   `answer` and `grade` are kept of the latest attempt at a question only.
 */

import { lineChart } from '../chart.js';
import { decimal, time } from '../format.js';
import { keep, kept, recall } from '../store.js';

const MOST = 50;

/** @returns {Attempt[]} Oldest first. */
export const attemptsAt = (rubricId) => recall(`attempts:${rubricId}`, []);

export function addAttempt(rubricId, answer, grade, byFollowUp) {
  const before = attemptsAt(rubricId).map(({ answer: _, grade: __, ...rest }) => rest);
  const attempt = { at: new Date().toISOString(), score: grade.score, band: grade.band, byFollowUp, answer, grade };
  keep(`attempts:${rubricId}`, [...before, attempt].slice(-MOST));
}

/** Every question tried, with its attempts. @returns {Map<string, Attempt[]>} */
export function allAttempts() {
  return new Map(kept('attempts:').map((name) => [name.slice('attempts:'.length), recall(name, [])]));
}

export function forgetAttempts() {
  for (const name of [...kept('attempts:'), ...kept('draft:')]) keep(name, null);
}

/** The scores of one question, or of all, in the order they were got. */
export function scorePlot(title, attempts, nameOf = () => '') {
  const points = attempts.map(({ at, score, byFollowUp }, index) => ({
    x: index + 1,
    y: score,
    label: nameOf(attempts[index]) || `${index + 1}${byFollowUp ? ', follow-up' : ''}`,
  }));
  const scored = attempts.filter(({ score }) => score !== null);
  const latest = scored.at(-1);
  const note = latest ? `latest ${decimal(latest.score)}, ${time(latest.at)}` : '';
  return lineChart({ title, note, series: [{ name: 'Score', points }], low: 0, high: 100 });
}
