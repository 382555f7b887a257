'use strict';

/* Without this script everything is there to read; with it tables sort and filter, a chosen point
   shows its own words alone, and the theme can be changed. */

const root = document.documentElement;

/* ---- theme ---- */

const button = document.getElementById('theme');
const dark = matchMedia('(prefers-color-scheme: dark)');

/** What was chosen before; a file opened from disk may have no storage. */
function stored() {
  try {
    return localStorage.getItem('theme');
  } catch {
    return null;
  }
}

function store(theme) {
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Then it holds for this page alone.
  }
}

function theme() {
  return root.dataset.theme ?? (dark.matches ? 'dark' : 'light');
}

function nameButton() {
  button.textContent = theme() === 'dark' ? 'Light' : 'Dark';
  button.setAttribute('aria-label', `Switch to ${button.textContent.toLowerCase()} colours`);
}

if (['light', 'dark'].includes(stored())) root.dataset.theme = stored();
button.hidden = false;
button.addEventListener('click', () => {
  root.dataset.theme = theme() === 'dark' ? 'light' : 'dark';
  store(root.dataset.theme);
  nameButton();
});
dark.addEventListener('change', nameButton);
nameButton();

/* ---- sorting ---- */

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function valueOf(row, place) {
  const cell = row.cells[place];
  return cell.dataset.value ?? cell.textContent.trim();
}

/** Orders rows by one column; cells without a value stay at the end either way. */
function sort(table, place, { numeric, down }) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, place) }));
  const order = numeric ? (a, b) => a - b : words.compare;
  rows.sort((a, b) => {
    if (a.value === '' || b.value === '') return (a.value === '') - (b.value === '');
    return (down ? -1 : 1) * order(a.value, b.value);
  });
  body.append(...rows.map(({ row }) => row));
}

for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    if (!head.dataset.sort) return;
    const numeric = head.dataset.sort === 'number';
    const sorter = document.createElement('button');
    sorter.type = 'button';
    sorter.className = 'sorter';
    sorter.append(...head.childNodes);
    head.append(sorter);
    sorter.addEventListener('click', () => {
      const before = head.getAttribute('aria-sort');
      const down = before ? before === 'ascending' : numeric;
      heads.forEach((each) => each.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      sort(table, place, { numeric, down });
    });
  });
}

/* ---- filtering ---- */

for (const panel of document.querySelectorAll('[data-filters]')) {
  const table = document.getElementById(panel.dataset.filters);
  const rows = [...table.tBodies[0].rows].map((row) => ({
    row,
    text: `${row.textContent} ${row.dataset.also ?? ''} ${row.dataset.question ?? ''}`.toLowerCase(),
  }));
  const find = panel.querySelector('input');
  const choices = [...panel.querySelectorAll('select')];
  const output = panel.querySelector('output');

  const apply = () => {
    const sought = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const fits =
        choices.every((choice) => !choice.value || row.dataset[choice.dataset.column] === choice.value) &&
        sought.every((word) => text.includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    output.textContent = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows`;
  };
  panel.hidden = false;
  panel.addEventListener('input', apply);
  apply();
}

/* ---- the words of one point ---- */

function choose(article, finding) {
  const chosen = finding?.dataset.finding;
  for (const each of article.querySelectorAll('.finding')) each.classList.toggle('chosen', each === finding);
  for (const mark of article.querySelectorAll('.words [data-findings]')) {
    mark.classList.toggle('off', Boolean(chosen) && !mark.dataset.findings.split(' ').includes(chosen));
  }
}

document.addEventListener('click', (event) => {
  const finding = event.target.closest('.finding');
  if (!finding || event.target.closest('a, summary, details') || !getSelection().isCollapsed) return;
  choose(finding.closest('article'), finding.classList.contains('chosen') ? null : finding);
});

/** A link to a finding shows its answer from the top, with only the finding's words marked. */
function follow() {
  const target = /^#a\d+-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (!target) return;
  const article = target.closest('article');
  choose(article, target);
  article.scrollIntoView();
}

for (const finding of document.querySelectorAll('.finding')) {
  const number = finding.querySelector('.count');
  const chooser = document.createElement('button');
  chooser.type = 'button';
  chooser.className = 'count';
  chooser.textContent = number.textContent;
  chooser.setAttribute('aria-label', `${number.textContent}: show only its words`);
  number.replaceWith(chooser);
  chooser.addEventListener('click', (event) => {
    event.stopPropagation();
    choose(finding.closest('article'), finding.classList.contains('chosen') ? null : finding);
  });
}
addEventListener('hashchange', follow);
follow();

/* Print shows what a closed part holds. */
addEventListener('beforeprint', () => document.querySelectorAll('#about details').forEach((each) => { each.open = true; }));
