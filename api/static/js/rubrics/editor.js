/** Writing a draft as YAML: checked as it is typed, tried on an answer, saved, published. */

import { make, show } from '../dom.js';
import { badge } from '../evidence.js';
import { confirm, failureNotice, notice, setBusy, toast } from '../feedback.js';
import { count, score } from '../format.js';
import { call, newOnce, send } from '../http.js';
import { keep, recall } from '../store.js';
import { exportPath, here, versionPath } from './address.js';
import { form as comparing } from './compare.js';
import { publish } from './view.js';

const CHECK_AFTER_MS = 500;
const TEMPLATE = `id: my-question
version: 1.0.0
question: What do you ask?
kind: technical
level: mid
topics: [my-topic]
reference_answer: What a good answer says.
points:
  - id: first-point
    claim: One claim that a good answer makes.
    weight: 2
    accept:
      - Another way to say it.
mistakes:
  - id: first-mistake
    claim: A wrong belief, as the candidate would hold it.
    penalty: 1
    severity: minor
    correction: What is true instead.
follow_ups:
  - id: ask-first-point
    ask: What would you ask to get to the first point?
    targets: [first-point]
    style: probe
`;

/** @param {{id: string, version: string} | null} from What to begin with; null for a new rubric. */
export async function editorView(from) {
  if (!from) return shown(new Editor({ text: TEMPLATE, from: null, rubric: null, tag: null }));
  const [response, file] = await Promise.all([send(versionPath(from.id, from.version)), send(exportPath(from.id, from.version))]);
  const rubric = await response.json();
  const isDraft = rubric.record.owner === 'tenant' && rubric.status === 'draft';
  const text = await file.text();
  return shown(new Editor({ text: isDraft ? text : renumbered(text), from, rubric, tag: isDraft ? response.headers.get('ETag') : null }));
}

const shown = (editor) => ({ element: editor.element, leave: () => editor.leave() });

/** The next version begins as a draft, with the middle number one higher. */
function renumbered(text) {
  return text.replace(/^status: .*\n/m, '').replace(/^version: ["']?(\d+)\.(\d+)\.\d+.*$/m, (_, major, minor) => `version: ${major}.${Number(minor) + 1}.0`);
}

class Editor {
  constructor({ text, from, rubric, tag }) {
    Object.assign(this, { from, rubric, tag, original: text, once: newOnce(), name: `rubric:${from ? `${from.id}@${from.version}` : 'new'}` });
    this.draft = tag ? { id: rubric.id, version: rubric.version } : null;
    this.area = make('textarea', { id: 'yaml', class: 'code', rows: 30, spellcheck: 'false', autocapitalize: 'off', wrap: 'off', 'aria-describedby': 'yaml-status', input: () => this.changed() });
    this.area.value = recall(this.name, null) ?? text;
    this.checked = make('div', { id: 'yaml-status', role: 'status' });
    this.findings = make('ul', { class: 'findings' });
    this.status = make('div', { role: 'status' });
    this.sample = make('textarea', { id: 'sample', dir: 'auto', rows: 5, input: () => this.sampleChanged() });
    this.sample.value = recall('rubric-sample', '');
    this.sampled = make('div', { class: 'stack', role: 'status' });
    this.save = make('button', {}, 'Save the draft');
    this.publishing = make('button', { type: 'button', class: 'plain', click: () => this.publish() }, 'Publish');
    this.element = this.build();
    this.check();
  }

  build() {
    const { rubric } = this;
    return make('form', { class: 'rubric', novalidate: true, submit: (event) => { event.preventDefault(); this.store(); } },
      make('h1', { tabindex: '-1' }, !rubric ? 'New rubric' : this.draft ? `Edit ${rubric.id} ${rubric.version}` : `New version of ${rubric.id}`),
      make('p', { class: 'about quiet' }, rubric?.record.owner === 'bank' ? 'Yours stands in for the shared bank’s rubric once you publish it.' : 'A draft grades nothing until it is published.'),
      make('div', { class: 'editor' },
        make('div', { class: 'stack' }, make('div', { class: 'field' }, make('label', { for: 'yaml' }, 'Rubric, as YAML'), this.area),
          this.status, make('p', { class: 'actions' }, this.save, this.publishing, make('button', { type: 'button', class: 'quiet-button', click: () => this.discard() }, 'Discard changes'))),
        make('div', { class: 'side' },
          make('section', { 'aria-labelledby': 'lint-title' }, make('h2', { id: 'lint-title' }, 'Checks'), this.checked, this.findings),
          make('section', { class: 'stack', 'aria-labelledby': 'try-title' }, make('h2', { id: 'try-title' }, 'Try it'), make('div', { class: 'field' }, make('label', { for: 'sample' }, 'A sample answer, graded as you write'), this.sample), this.sampled))),
      rubric ? comparing(null, () => ({ rubric_id: rubric.id, old: rubric.version, rubric: this.area.value })) : '');
  }

  changed() {
    keep(this.name, this.area.value === this.original ? null : this.area.value);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), CHECK_AFTER_MS);
  }

  sampleChanged() {
    keep('rubric-sample', this.sample.value || null);
    clearTimeout(this.trying);
    this.trying = setTimeout(() => this.tryOut(), CHECK_AFTER_MS);
  }

  async check() {
    this.checking?.abort();
    this.checking = new AbortController();
    try {
      const found = await call('/v1/rubrics/validate', { method: 'POST', body: this.area.value, headers: { 'Content-Type': 'application/yaml' }, signal: this.checking.signal });
      this.valid = found.valid;
      this.showFindings(found);
      if (found.valid) await this.tryOut();
    } catch (error) {
      if (error.name !== 'AbortError') show(this.checked, failureNotice(error));
    }
  }

  showFindings({ valid, publishable, lint }) {
    const tone = !valid ? 'bad' : publishable ? 'good' : 'warning';
    const told = !valid ? 'Not a rubric yet' : publishable ? 'Ready to publish' : 'Can be saved, not published';
    show(this.checked, make('p', { class: 'badge', 'data-tone': tone }, `${told}: ${count(lint.errors, 'error')}, ${count(lint.warnings, 'warning')}`));
    show(this.findings, lint.findings.map(({ severity, field, line, message }) => make('li', { 'data-tone': severity === 'error' ? 'bad' : 'warning' },
      make('strong', {}, severity === 'error' ? 'Error ' : 'Warning '), line ? make('button', { type: 'button', click: () => this.goTo(line) }, `line ${line}`) : '', field && make('code', {}, ` ${field}`), `: ${message}`)));
  }

  goTo(line) {
    const lines = this.area.value.split('\n');
    const start = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    this.area.scrollTop = (this.area.scrollHeight / lines.length) * Math.max(0, line - 4);
  }

  async tryOut() {
    this.grading?.abort();
    if (!this.sample.value.trim() || !this.valid) return show(this.sampled, this.sample.value.trim() ? make('p', { class: 'quiet' }, 'It is graded once the rubric holds together.') : '');
    this.grading = new AbortController();
    try {
      const grade = await call('/v1/rubrics/trial', { json: { rubric: this.area.value, answer: this.sample.value }, signal: this.grading.signal });
      show(this.sampled, trial(grade));
    } catch (error) {
      if (error.name !== 'AbortError') show(this.sampled, failureNotice(error));
    }
  }

  /** @returns {Promise<boolean>} Whether the draft is kept as it stands. */
  async store() {
    setBusy(this.save, true, 'Saving …');
    show(this.status);
    try {
      const response = await this.put();
      const kept = await response.json();
      this.draft = { id: kept.id, version: kept.version };
      this.tag = response.headers.get('ETag');
      this.original = this.area.value;
      keep(this.name, null);
      toast(`Saved as a draft: ${kept.id} ${kept.version}.`);
      const place = here('edit', kept.id, kept.version);
      if (location.hash !== place) history.replaceState(null, '', place);
      return true;
    } catch (error) {
      this.once = newOnce();
      show(this.status, failureNotice(error));
      return false;
    } finally {
      setBusy(this.save, false, 'Save the draft');
    }
  }

  put() {
    const body = this.area.value;
    const headers = { 'Content-Type': 'application/yaml' };
    const named = (field) => new RegExp(`^${field}:\\s*["']?([^\\s"'#]+)`, 'm').exec(body)?.[1];
    if (this.draft && named('id') === this.draft.id && named('version') === this.draft.version) return send(versionPath(this.draft.id, this.draft.version), { method: 'PUT', body, headers: { ...headers, ...(this.tag ? { 'If-Match': this.tag } : {}) } });
    const fork = this.rubric?.record.owner === 'bank' && named('id') === this.rubric.id ? `?fork_of=${encodeURIComponent(this.rubric.version)}` : '';
    return send(`/v1/rubrics${fork}`, { method: 'POST', body, headers, once: this.once });
  }

  async publish() {
    if ((this.area.value !== this.original || !this.draft) && !(await this.store())) return;
    try {
      await publish(this.draft, this.tag);
    } catch (error) {
      show(this.status, failureNotice(error));
    }
  }

  async discard() {
    if (this.area.value === this.original) return toast('There are no changes.');
    if (!(await confirm('Discard your changes?', 'The text goes back to what it was when you opened it, or saved it last.', { yes: 'Discard', dangerous: true }))) return;
    this.area.value = this.original;
    this.changed();
  }

  leave() {
    for (const timer of [this.waiting, this.trying]) clearTimeout(timer);
    for (const request of [this.checking, this.grading]) request?.abort();
  }
}

function trial(grade) {
  const made = grade.mistakes.filter((mistake) => mistake.made);
  return [
    make('p', { class: 'verdict' }, make('span', { class: grade.score === null ? 'score withheld' : 'score' }, score(grade.score)), grade.score === null ? '' : make('span', { class: 'quiet' }, ' out of 100')),
    make('ul', { class: 'claims' }, grade.points.map(({ claim, verdict, evidence }) => make('li', { 'data-tone': verdict }, make('p', {}, badge(verdict), ' ', claim), evidence.map(({ quote }) => make('p', {}, make('span', { class: 'quote' }, `“${quote}”`))))),
      made.map(({ claim, evidence }) => make('li', { 'data-tone': 'mistake' }, make('p', {}, badge('mistake'), ' ', claim), evidence.map(({ quote }) => make('p', {}, make('span', { class: 'quote' }, `“${quote}”`)))))),
    grade.needs_review ? notice('A person would be asked', grade.review_reasons.join('; '), 'ungraded') : '',
    make('p', { class: 'quiet' }, 'Tried out: neither the answer nor the grade is kept.'),
  ];
}
