/** One version of a rubric, whole, with what can be done with it. */

import { at, make, show } from '../dom.js';
import { confirm, failureNotice, toast } from '../feedback.js';
import { capital, decimal, time, words } from '../format.js';
import { call, send } from '../http.js';
import { here, versionPath, versionsPath } from './address.js';
import { comparing } from './compare.js';

/** @param {string} id @param {string} [version] The newest published one by default. */
export async function rubricView(id, version) {
  const [response, versions] = await Promise.all([
    send(version ? versionPath(id, version) : `/v1/rubrics/${encodeURIComponent(id)}`),
    call(`${versionsPath(id)}?limit=200`),
  ]);
  const rubric = await response.json();
  return { element: page(rubric, versions.items, response.headers.get('ETag')) };
}

function page(rubric, versions, tag) {
  const others = versions.filter((each) => each.version !== rubric.version);
  return make('article', { class: 'rubric' },
    make('h1', { tabindex: '-1' }, rubric.question),
    make('p', { class: 'about row quiet' }, make('code', {}, `${rubric.id} ${rubric.version}`), statusChip(rubric.status), make('span', {}, [capital(rubric.level), words(rubric.kind), ...rubric.topics.map(words)].join(' · ')), make('span', {}, rubric.record.owner === 'tenant' ? 'yours' : 'of the shared bank')),
    make('div', { id: 'rubric-status', role: 'status' }),
    make('p', { class: 'actions' }, actions(rubric, tag)),
    make('section', {}, make('h2', {}, 'Key points'), make('ol', { class: 'claims' }, rubric.points.map((point) => claim(point, `weight ${decimal(point.weight)}${point.required ? ', required' : ''}`)))),
    rubric.mistakes.length ? make('section', {}, make('h2', {}, 'Mistakes'), make('ol', { class: 'claims' }, rubric.mistakes.map((mistake) => claim(mistake, `penalty ${decimal(mistake.penalty)}, ${mistake.severity}`)))) : '',
    rubric.follow_ups.length ? make('section', {}, make('h2', {}, 'Follow-ups'), make('ul', { class: 'claims' }, rubric.follow_ups.map(({ ask, targets }) => make('li', {}, make('p', { class: 'claim' }, ask), make('p', { class: 'quiet' }, `for ${targets.map(words).join(', ')}`))))) : '',
    rubric.reference_answer ? make('section', {}, make('details', {}, make('summary', {}, 'Reference answer'), make('blockquote', { class: 'passage' }, rubric.reference_answer))) : '',
    make('section', {}, make('h2', {}, 'Versions'), make('ul', { class: 'rubric-list' }, versions.map((each) => versionItem(rubric, each)))),
    others.length ? comparing(rubric, others) : '');
}

function claim({ claim: text, accept = [], reject = [], correction }, fact) {
  return make('li', {}, make('p', { class: 'claim' }, text), make('p', { class: 'quiet' }, fact, correction ? ` · Instead: ${correction}` : ''), phrasings('Phrasings that make it', accept), phrasings('Phrasings that contradict it', reject));
}

function phrasings(name, texts) {
  return texts.length ? make('details', {}, make('summary', {}, `${name} (${texts.length})`), make('ul', {}, texts.map((text) => make('li', {}, text)))) : '';
}

const TONES = { published: 'good', draft: 'warning', retired: 'neutral' };
const statusChip = (status) => make('span', { class: 'chip', 'data-tone': TONES[status] }, capital(status));

function versionItem(rubric, { id, version, status, record }) {
  const current = version === rubric.version;
  return make('li', {}, make('p', { class: 'row' }, make('a', { href: here('rubric', id, version), 'aria-current': current && 'true' }, version), statusChip(status),
    make('span', { class: 'quiet' }, record.published_at ? `published ${time(record.published_at)}` : record.updated_at ? `changed ${time(record.updated_at)}` : 'of the shared bank'),
    current ? make('span', { class: 'quiet' }, 'shown here') : make('a', { class: 'quiet', href: here('diff', id, version, rubric.version) }, 'what differs')));
}

function actions(rubric, tag) {
  const own = rubric.record.owner === 'tenant';
  const act = (name, does, look = 'plain') => make('button', { type: 'button', class: look, click: () => guarded(does) }, name);
  const edit = make('a', { class: own && rubric.status === 'draft' ? 'button plain' : 'button', href: here('edit', rubric.id, rubric.version) }, !own ? 'Make your own version' : rubric.status === 'draft' ? 'Edit' : 'Make a new version');
  if (!own) return [edit];
  if (rubric.status === 'draft') return [act('Publish', () => publish(rubric, tag), ''), edit, act('Delete the draft', () => remove(rubric, tag), 'danger')];
  return [edit, rubric.status === 'published' ? act('Retire', () => retire(rubric, tag)) : ''];
}

async function guarded(does) {
  try {
    await does();
  } catch (error) {
    show(at('rubric-status'), failureNotice(error));
  }
}

/** @returns {Promise<boolean>} Whether it is published now. */
export async function publish({ id, version }, tag) {
  if (!(await confirm(`Publish ${id} ${version}?`, 'It never changes again, and your answers are graded by it from now on.', { yes: 'Publish' }))) return false;
  const { advice } = await call(`${versionPath(id, version)}/publish`, { method: 'POST', headers: tag ? { 'If-Match': tag } : {} });
  toast(advice && !advice.fits ? `Published. ${advice.message}` : 'Published.');
  const place = here('rubric', id, version);
  if (location.hash === place) dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = place;
  return true;
}

async function retire({ id, version }, tag) {
  if (!(await confirm(`Retire ${id} ${version}?`, 'Answers are graded by it only where it is named by its number.', { yes: 'Retire', dangerous: true }))) return;
  await call(`${versionPath(id, version)}/retire`, { method: 'POST', headers: { 'If-Match': tag } });
  toast('Retired.');
  dispatchEvent(new HashChangeEvent('hashchange'));
}

async function remove({ id, version }, tag) {
  if (!(await confirm('Delete the draft?', `${id} ${version} is not kept anywhere else.`, { yes: 'Delete it', dangerous: true }))) return;
  await call(versionPath(id, version), { method: 'DELETE', headers: { 'If-Match': tag } });
  toast('Deleted.');
  location.hash = '#';
}
