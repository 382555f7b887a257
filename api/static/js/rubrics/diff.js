/** What changed between two versions, in words. */

import { make } from '../dom.js';
import { notice } from '../feedback.js';
import { capital, words } from '../format.js';
import { call } from '../http.js';
import { diffPath, here } from './address.js';

/** @param {string} id @param {string} from @param {string} to */
export async function diffView(id, from, to) {
  const diff = await call(diffPath(id, from, to));
  const nothing = !diff.fields.length && !diff.entries.length && !diff.reference_answer;
  return { element: make('article', { class: 'rubric diff' },
    make('h1', { tabindex: '-1' }, `${id}: ${from} to ${to}`),
    make('p', { class: 'about row' }, make('a', { href: here('diff', id, to, from) }, 'The other way round'), make('a', { href: here('rubric', id, to) }, `Version ${to}`)),
    make('div', { class: 'stack' }, notice('Old grades', diff.comparability.message, 'neutral'), notice('The version number', diff.version.message, diff.version.fits ? 'good' : 'warning')),
    nothing ? make('p', {}, 'The two say the same.') : '',
    diff.fields.length ? make('section', {}, make('h2', {}, 'The rubric'), changes(diff.fields)) : '',
    groups(diff.entries),
    diff.reference_answer ? make('section', {}, make('h2', {}, 'Reference answer'), make('p', {}, `${diff.reference_answer.removed} words less, ${diff.reference_answer.added} more, ${diff.reference_answer.kept} the same.`)) : '') };
}

function groups(entries) {
  const parts = Map.groupBy ? Map.groupBy(entries, ({ part }) => part) : entries.reduce((map, entry) => map.set(entry.part, [...(map.get(entry.part) ?? []), entry]), new Map());
  const tones = { added: 'good', removed: 'bad', changed: 'warning', renamed: 'neutral' };
  return Array.from(parts, ([part, those]) => make('section', {}, make('h2', {}, capital(words(part))), make('ul', {}, those.map(({ id, change, old_id: before, fields }) => make('li', {},
    make('p', { class: 'row' }, make('code', {}, before ? `${before} → ${id}` : id), make('span', { class: 'chip', 'data-tone': tones[change] }, capital(change))), changes(fields))))));
}

function changes(fields) {
  return make('div', { class: 'fields-changed' }, fields.map(({ field, old, new: now, removed, added }) => make('div', {}, make('span', { class: 'label' }, capital(words(field))),
    [...(old === null || old === undefined ? [] : [old]), ...removed].map((text) => make('p', {}, make('span', { class: 'for-reader' }, 'before: '), make('del', {}, plain(text)))),
    [...(now === null || now === undefined ? [] : [now]), ...added].map((text) => make('p', {}, make('span', { class: 'for-reader' }, 'now: '), make('ins', {}, plain(text)))))));
}

const plain = (value) => (typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value));
