/**
 * An answer with the words marked that a finding rests on, and links both ways between them.
 *
 *   const findings = [...findingsOf(grade.points, 'point'), ...findingsOf(made, 'mistake')];
 *   show(place, markedText(answer, findings));      // words, each with a reference to its finding
 *   linkEvidence(root);                             // once per page: hovering, focus and clicks
 *
 * @typedef {{start: number, end: number, quote: string}} Evidence Offsets count code points.
 * @typedef {{id: string, key: string, number: string, name: string, tone: string, evidence: Evidence[]}} Finding
 */

import { at, make } from './dom.js';
import { capital, TONES } from './format.js';

const letter = (index) => String.fromCharCode(65 + (index % 26));

/**
 * Names what a judge found: points by numbers, mistakes by letters.
 * @param {{id: string, evidence: Evidence[], verdict?: string}[]} entries
 * @param {'point' | 'mistake'} kind
 * @param {string} scope Tells the ids of several answers on one page apart.
 * @returns {Finding[]}
 */
export function findingsOf(entries, kind, scope = '') {
  return entries.map(({ id, evidence, verdict }, index) => {
    const number = kind === 'mistake' ? letter(index) : `${index + 1}`;
    return { id, evidence, number, key: `${scope}${kind}-${index + 1}`, name: `${capital(kind)} ${number}`, tone: verdict ?? kind };
  });
}

/** Cuts the answer where any evidence begins or ends. */
function segmentsOf(answer, findings) {
  const characters = Array.from(answer);
  const spans = findings.flatMap((finding) => finding.evidence.map((evidence, index) => ({ ...evidence, finding, index })))
    .filter(({ start, end, quote }) => quote && characters.slice(start, end).join('') === quote);
  const cuts = [...new Set([0, characters.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1];
    const over = spans.filter((span) => span.start <= start && span.end >= end);
    return { text: characters.slice(start, end).join(''), over, ending: over.filter((span) => span.end === end) };
  });
}

/**
 * @param {string} answer
 * @param {Finding[]} findings
 * @returns {(Node | string)[]} The answer, marked.
 */
export function markedText(answer, findings) {
  const order = Object.keys(TONES);
  return segmentsOf(answer, findings).flatMap(({ text, over, ending }) => {
    if (!over.length) return [text];
    const tones = [...new Set(over.map((span) => span.finding.tone))].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const keys = [...new Set(over.map((span) => span.finding.key))].join(' ');
    const mark = make('mark', { class: 'mark', 'data-tone': tones[0], 'data-second': tones[1], 'data-findings': keys }, text);
    return [mark, ...ending.map(reference)];
  });
}

function reference({ finding, index }) {
  const { sign, word } = TONES[finding.tone];
  const spoken = finding.tone === 'mistake' ? finding.name : `${finding.name}: ${word}`;
  return make('a', { class: 'ref', id: quoteId(finding, index), href: `#${finding.key}`, 'data-tone': finding.tone, 'data-findings': finding.key },
    make('span', { 'aria-hidden': 'true' }, `${sign}${finding.number}`), make('span', { class: 'for-reader' }, ` (${spoken}) `));
}

const quoteId = (finding, index) => `${finding.key}-quote-${index + 1}`;

/** What a finding quotes; each quote leads to its words where they are on the page. */
export function quotes(finding) {
  return finding.evidence.map((evidence, index) => {
    const text = `“${evidence.quote}”`;
    const placed = at(quoteId(finding, index));
    return make('p', {}, placed ? make('a', { class: 'quote', href: `#${placed.id}` }, text) : make('span', { class: 'quote' }, text));
  });
}

/** A verdict as a word and a sign. */
export function badge(tone) {
  const { sign, word } = TONES[tone];
  return make('span', { class: 'badge', 'data-tone': tone }, make('span', { 'aria-hidden': 'true' }, `${sign} `), word);
}

/** A finding in a list; marked words lead to it. */
export function findingItem(finding, claim, facts, ...rest) {
  return make('li', { class: 'finding', id: finding.key, tabindex: '-1', 'data-tone': finding.tone, 'data-findings': finding.key },
    make('span', { class: 'number', 'aria-hidden': 'true' }, finding.number),
    make('div', {}, make('p', { class: 'claim' }, claim), make('p', { class: 'facts' }, facts), rest));
}

/**
 * Makes words and findings answer each other: under the pointer, in focus, and on a click.
 * @param {(link: HTMLElement) => void} onQuote Called before a quote's words are shown.
 */
export function linkEvidence(onQuote = () => {}) {
  document.addEventListener('pointerover', emphasise);
  document.addEventListener('focusin', emphasise);
  document.addEventListener('click', (event) => follow(event, onQuote));
}

function emphasise(event) {
  const source = event.target.closest?.('[data-findings]') ?? document.activeElement?.closest('[data-findings]');
  const keys = new Set(source?.dataset.findings.split(' '));
  for (const element of document.querySelectorAll('[data-findings]')) {
    element.classList.toggle('lit', element.dataset.findings.split(' ').some((key) => keys.has(key)));
  }
}

function follow(event, onQuote) {
  const link = event.target.closest('a.ref, a.quote');
  const mark = getSelection()?.isCollapsed === false ? null : event.target.closest('.mark');
  const id = link?.hash.slice(1) ?? mark?.dataset.findings.split(' ')[0];
  if (!id) return;
  event.preventDefault();
  if (link?.matches('.quote')) onQuote(link);
  at(id)?.focus({ preventScroll: true });
  at(id)?.scrollIntoView({ block: link?.matches('.quote') ? 'center' : 'nearest' });
}
