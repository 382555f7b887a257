/** Telling people what happened: notices in place, toasts, questions, empty and loading states. */

import { at, make } from './dom.js';
import { Problem } from './http.js';

const TOAST_MS = 6000;

/** A titled message; `tone` colours its title. */
export function notice(title, detail, tone, ...more) {
  return make('div', { class: 'notice', 'data-tone': tone }, make('strong', {}, title), detail, more);
}

/** What an error says to people, with what to press next after it. */
export function failureNotice(error, ...more) {
  const known = error instanceof Problem;
  const fields = known && error.errors.length > 1
    ? make('ul', {}, error.errors.map(({ field, message, line }) => make('li', {}, line ? `line ${line}: ` : '', field ? `${field}: ` : '', message)))
    : '';
  return notice(known ? error.message : 'The reply could not be shown', known ? error.detail : String(error.message), 'bad', fields, more);
}

/** A failure with a button that tries again. */
export function retryNotice(error, again) {
  return failureNotice(error, make('p', { class: 'actions' }, make('button', { type: 'button', class: 'plain', click: again }, 'Try again')));
}

export function loading(text = 'Loading …') {
  return make('p', { class: 'loading', role: 'status' }, make('span', { class: 'spinner', 'aria-hidden': 'true' }), text);
}

export function empty(title, text, ...actions) {
  return make('div', { class: 'empty' }, make('h2', {}, title), make('p', {}, text), actions.length ? make('p', { class: 'actions' }, actions) : '');
}

/** A short message that goes by itself, and is read out. */
export function toast(text) {
  const element = make('p', { class: 'toast' }, text);
  at('toasts').append(element);
  setTimeout(() => element.remove(), TOAST_MS);
}

/** A button that works, or is at rest. */
export function setBusy(button, busy, label) {
  button.disabled = busy;
  button.setAttribute('aria-busy', String(busy));
  if (label !== undefined) button.textContent = label;
}

/**
 * Asks a question that is answered by one of two buttons.
 * @returns {Promise<boolean>} False also when the dialog is closed.
 */
export function confirm(title, text, { yes = 'Yes', no = 'Cancel', dangerous = false } = {}) {
  return openDialog(title, [make('p', {}, text)], [
    make('button', { class: 'plain', value: '', autofocus: true }, no),
    make('button', { class: dangerous ? 'danger' : '', value: 'yes' }, yes),
  ]).then((value) => value === 'yes');
}

/**
 * Opens a modal dialog over a form; its buttons close it.
 * @returns {Promise<string>} The value of the button pressed; empty for Escape.
 */
export function openDialog(title, content, buttons = [make('button', { value: 'close' }, 'Close')]) {
  const { promise, resolve } = Promise.withResolvers();
  const dialog = make('dialog', { 'aria-labelledby': 'dialog-title', close: () => { dialog.remove(); resolve(dialog.returnValue); } },
    make('form', { method: 'dialog' }, make('h2', { id: 'dialog-title' }, title), content, make('p', { class: 'actions' }, buttons)));
  at('main').append(dialog);
  dialog.showModal();
  return promise;
}
