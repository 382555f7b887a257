/** The header of every page: theme, and key where the page has a button for one. */

import { at } from './dom.js';
import { apiKey, askForKey } from './key.js';

const THEME = 'answer-grader:theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const shown = () => document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light');

function nameButton() {
  const other = shown() === 'dark' ? 'light' : 'dark';
  at('theme').setAttribute('aria-label', `Use the ${other} theme`);
  at('theme').title = `Use the ${other} theme`;
}

/** Turns the theme over; one that is the system's own is not remembered, so that it follows it. */
function turnTheme() {
  const next = shown() === 'dark' ? 'light' : 'dark';
  const own = next === (system.matches ? 'dark' : 'light');
  if (own) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (own) localStorage.removeItem(THEME);
    else localStorage.setItem(THEME, next);
  } catch {
    /* It holds until the page is left, then. */
  }
  nameButton();
}

function nameKey() {
  if (!at('key')) return;
  const label = apiKey() ? 'API key: one is set' : 'API key: none is set';
  at('key').setAttribute('aria-label', label);
  at('key').title = label;
  at('key').setAttribute('aria-pressed', String(Boolean(apiKey())));
}

at('theme').addEventListener('click', turnTheme);
system.addEventListener('change', nameButton);
at('key')?.addEventListener('click', async () => { if (await askForKey()) location.reload(); });
document.addEventListener('key-changed', nameKey);
nameButton();
nameKey();
