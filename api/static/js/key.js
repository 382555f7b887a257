/** The API key of this tab: kept until the tab is closed, sent to this service alone. */

import { at, make } from './dom.js';

const NAME = 'answer-grader:key';
let unsaved = null;
let asking = null;

export function apiKey() {
  try {
    return sessionStorage.getItem(NAME) ?? unsaved;
  } catch {
    return unsaved;
  }
}

export function setApiKey(key) {
  unsaved = key || null;
  try {
    if (key) sessionStorage.setItem(NAME, key);
    else sessionStorage.removeItem(NAME);
  } catch {
    /* Kept until the page is left, then. */
  }
  document.dispatchEvent(new CustomEvent('key-changed'));
}

/**
 * Asks for a key, once however many requests want one.
 * @param {string} why What the service said, if it refused one.
 * @returns {Promise<boolean>} Whether there is a new key to try.
 */
export function askForKey(why = '') {
  asking ??= ask(why).finally(() => { asking = null; });
  return asking;
}

function ask(why) {
  const { promise, resolve } = Promise.withResolvers();
  const field = make('input', { id: 'key-field', name: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'key-help', autofocus: true });
  field.value = apiKey() ?? '';
  const dialog = make('dialog', { 'aria-labelledby': 'key-title', close: () => { dialog.remove(); resolve(dialog.returnValue === 'use'); } },
    make('form', { method: 'dialog', submit: (event) => { if (event.submitter?.value !== 'cancel') setApiKey(field.value.trim()); } },
      make('h2', { id: 'key-title' }, 'API key'),
      why && make('p', { class: 'notice', 'data-tone': 'warning' }, why),
      make('div', { class: 'field' }, make('label', { for: 'key-field' }, 'Key'), field,
        make('p', { id: 'key-help', class: 'hint quiet' }, 'It begins with grk_ and comes from whoever runs this service. It is forgotten when you close this tab. A service on your own machine that has no keys needs none.')),
      make('p', { class: 'actions' },
        make('button', { class: 'plain', value: 'cancel', formnovalidate: true }, 'Cancel'),
        make('button', { value: 'use' }, 'Use this key'))));
  // Enter presses the first button of a form; it has to be the one that uses the key.
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    dialog.querySelector('button[value="use"]').click();
  });
  (at('main') ?? document.body).append(dialog);
  dialog.showModal();
  return promise;
}
