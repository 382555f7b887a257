/** The rubrics page: the list, one version, the editor, or a difference, as the address says. */

import { at, focusOn, make, show } from '../dom.js';
import { empty, loading, retryNotice } from '../feedback.js';
import { capital, count, words } from '../format.js';
import { all } from '../http.js';
import { diffView } from '../rubrics/diff.js';
import { editorView } from '../rubrics/editor.js';
import { rubricView } from '../rubrics/view.js';

const TITLE = document.title;
const SEARCH_AFTER_MS = 200;

/** `#new`, `#rubric/ID[/VERSION]`, `#edit/ID/VERSION`, `#diff/ID/FROM/TO`. */
const VIEWS = { new: () => editorView(null), rubric: rubricView, edit: (id, version) => editorView({ id, version }), diff: diffView };

let listed = [];
let turn = 0;
let leave = () => true;

async function route({ moved = true } = {}) {
  const own = ++turn;
  const [view, ...parts] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const open = Object.hasOwn(VIEWS, view) ? VIEWS[view] : null;
  leave();
  leave = () => true;
  at('list-view').hidden = Boolean(open);
  at('rubric-view').hidden = !open;
  document.title = TITLE;
  if (!open) {
    show(at('rubric-view'));
    await loadList();
    if (moved) focusOn(at('list-title'));
    return;
  }
  show(at('rubric-view'), back(), loading());
  try {
    const shown = await open(...parts);
    if (own !== turn) return shown.leave?.();
    leave = shown.leave ?? leave;
    show(at('rubric-view'), back(), shown.element);
    const heading = at('rubric-view').querySelector('h1');
    document.title = `${heading.textContent} – Answer grader`;
    scrollTo({ top: 0, behavior: 'instant' });
    if (moved) focusOn(heading);
  } catch (error) {
    if (own === turn) show(at('rubric-view'), back(), retryNotice(error, () => route()));
  }
}

const back = () => make('p', { class: 'back' }, make('a', { href: '#' }, '← All rubrics'));

async function loadList() {
  show(at('list'), loading());
  const query = new URLSearchParams({ status: at('status').value, limit: 200 });
  if (at('owner').value) query.set('owner', at('owner').value);
  try {
    listed = await all(`/v1/rubrics?${query}`);
    showList();
  } catch (error) {
    show(at('list'), retryNotice(error, loadList));
  }
}

function showList() {
  const wanted = at('search').value.trim().toLowerCase();
  const found = listed.filter(({ id, question, topics }) => [id, question, ...topics].some((text) => text.toLowerCase().includes(wanted)));
  at('matches').textContent = count(found.length, 'rubric');
  if (!found.length) return show(at('list'), listed.length ? empty('Nothing matches', 'Try other words, or another status.') : empty('None yet', 'Write one, or make a version of your own of one of the shared bank’s.', make('a', { class: 'button', href: '#new' }, 'New rubric')));
  show(at('list'), make('ul', { class: 'rubric-list' }, found.map(listItem)));
}

function listItem({ id, version, question, level, topics, kind, owner }) {
  const place = ['rubric', id, ...(at('status').value === 'published' ? [] : [version])].map(encodeURIComponent).join('/');
  return make('li', {}, make('a', { href: `#${place}` }, question),
    make('p', { class: 'facts' }, make('code', {}, `${id} ${version}`), make('span', {}, capital(level)), make('span', {}, capital(words(kind))), make('span', {}, topics.map(words).join(', ')), owner === 'tenant' ? make('span', { class: 'chip', 'data-tone': 'neutral' }, 'yours') : ''));
}

let waiting;
at('search').addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(showList, SEARCH_AFTER_MS); });
for (const id of ['owner', 'status']) at(id).addEventListener('change', loadList);
at('filters').addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', () => route());
await route({ moved: false });
