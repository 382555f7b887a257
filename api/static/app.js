/**
 * @typedef {{id: string, status: string, question: string, kind: string, level: string, topics: string[], options: {id: string, text: string}[]}} Rubric
 * @typedef {{start: number, end: number, quote: string}} Evidence
 * @typedef {{id: string, key: string, number: string, name: string, tone: string, evidence: Evidence[]}} Finding
 * @typedef {{id: string, ask: string}} Asked
 * @typedef {{text: string, earlier: string, asked: string[], followUp: Asked | null}} Draft
 * @typedef {{answer: string, grade: any, byFollowUp: boolean}} Attempt
 * @typedef {'write' | 'read' | 'follow-up'} Mode
 */

const LIMIT = 20000;
const NEAR_LIMIT = 18000;
const PATIENCE_MS = 120_000;
const TONES = {
  mistake: { sign: '!', word: 'Mistake' },
  contradicted: { sign: '✗', word: 'Contradicted' },
  partial: { sign: '◐', word: 'Partly covered' },
  ungraded: { sign: '?', word: 'Not graded' },
  covered: { sign: '✓', word: 'Covered' },
  missing: { sign: '○', word: 'Missing' },
};
const BANDS = {
  does_not_meet: 'Does not meet the bar',
  partly_meets: 'Partly meets the bar',
  meets: 'Meets the bar',
  exceeds: 'Exceeds the bar',
};
const SPELLINGS = { nodejs: 'Node.js', http: 'HTTP', api: 'API', apis: 'APIs', sql: 'SQL', css: 'CSS', llm: 'LLM' };

const state = {
  /** @type {Map<string, Rubric>} */ rubrics: new Map(),
  /** @type {Rubric | null} */ rubric: null,
  /** @type {Draft} */ draft: emptyDraft(),
  /** @type {Map<string, Attempt[]>} */ attempts: new Map(),
  /** @type {AbortController | null} */ running: null,
};

const at = (id) => document.getElementById(id);
const decimal = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const count = (n, noun) => `${decimal.format(n)} ${noun}${n === 1 ? '' : 's'}`;
const words = (slug) => slug.split(/[-_]/).map((word) => SPELLINGS[word] ?? word).join(' ');
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A failure that the person should read about. */
class Failure extends Error {
  constructor(title, detail = '') {
    super(title);
    this.detail = detail;
  }
}

/** Builds an element; strings become text nodes, empty children are left out. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(Boolean));
  return element;
}

/* ---- the service ---- */

async function call(path, options = {}) {
  const headers = { Accept: 'application/json, application/problem+json', 'Content-Type': 'application/json' };
  const response = await fetch(path, { ...options, headers }).catch((error) => {
    if (error.name === 'AbortError') throw error;
    throw new Failure('The service did not answer', 'Check the connection and try again. What you typed is kept.');
  });
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Failure(body?.title ?? `The service failed (status ${response.status})`, body?.detail ?? 'Please try again.');
  }
  if (!body) throw new Failure('The reply of the service could not be read', 'Please try again.');
  return body;
}

/** @returns {Promise<Map<string, Rubric>>} */
async function fetchRubrics() {
  const found = new Map();
  let cursor = null;
  do {
    const page = await call(`/v1/rubrics?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    for (const item of page.items) {
      const better = !found.has(item.id) || found.get(item.id).status !== 'published';
      if (item.status !== 'retired' && better) found.set(item.id, item);
    }
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

/* ---- drafts ---- */

/** @returns {Draft} */
function emptyDraft() {
  return { text: '', earlier: '', asked: [], followUp: null };
}

const draftKey = () => `answer-grader:draft:${state.rubric?.id}`;

/** @returns {Draft} */
function loadDraft() {
  try {
    const stored = JSON.parse(localStorage.getItem(draftKey()));
    return typeof stored?.text === 'string' ? { ...emptyDraft(), ...stored } : emptyDraft();
  } catch {
    return emptyDraft();
  }
}

function saveDraft() {
  const { text, earlier } = state.draft;
  try {
    if (text || earlier) localStorage.setItem(draftKey(), JSON.stringify(state.draft));
    else localStorage.removeItem(draftKey());
  } catch {
    return;
  }
}

function pooledAnswer() {
  const { earlier, text } = state.draft;
  return earlier && text.trim() ? `${earlier}\n\n${text}` : earlier || text;
}

/* ---- choosing a question ---- */

async function listQuestions() {
  at('list-problem').replaceChildren();
  try {
    state.rubrics = await fetchRubrics();
  } catch (error) {
    at('rubric').replaceChildren(make('option', { value: '' }, 'No questions to show'));
    const retry = make('button', { type: 'button', class: 'plain', click: listQuestions }, 'Try again');
    at('list-problem').replaceChildren(failureNotice(error, make('p', { class: 'actions' }, retry)));
    return;
  }
  at('rubric').disabled = false;
  showOptions();
  selectQuestion(linkedQuestion() ?? at('rubric').querySelector('optgroup option')?.value);
}

function linkedQuestion() {
  const id = /^#question\/(.+)$/.exec(location.hash)?.[1];
  return state.rubrics.has(id) ? id : undefined;
}

function matchingRubrics() {
  const wanted = at('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const level = at('level').value;
  return [...state.rubrics.values()].filter((rubric) => {
    const described = [rubric.question, words(rubric.kind), ...rubric.topics, ...rubric.topics.map(words)];
    const haystack = described.join(' ').toLowerCase();
    return (!level || rubric.level === level) && wanted.every((word) => haystack.includes(word));
  });
}

function showOptions() {
  const matching = matchingRubrics();
  const groups = new Map();
  for (const rubric of matching) {
    const topic = capital(words(rubric.topics[0] ?? 'other'));
    groups.set(topic, [...(groups.get(topic) ?? []), rubric]);
  }
  const asOption = ({ id, question, status }) => make('option', { value: id }, question, status === 'draft' ? ' (draft)' : '');
  const current = matching.includes(state.rubric);
  const prompt = matching.length ? `Choose one of ${count(matching.length, 'question')} …` : 'No question matches';
  at('rubric').replaceChildren(
    ...(current ? [] : [make('option', { value: '' }, prompt)]),
    ...[...groups].sort(([a], [b]) => a.localeCompare(b)).map(([label, those]) => make('optgroup', { label }, those.map(asOption))),
  );
  at('rubric').value = current ? state.rubric.id : '';
  const share = matching.length < state.rubrics.size ? ` of ${state.rubrics.size}` : '';
  at('matches').textContent = matching.length ? `${count(matching.length, 'question')}${share}` : 'No question matches';
}

function selectQuestion(id) {
  const rubric = state.rubrics.get(id);
  if (!rubric) return;
  state.running?.abort();
  state.rubric = rubric;
  state.draft = loadDraft();
  history.replaceState(null, '', `#question/${id}`);
  document.title = `${rubric.question} – Answer grader`;
  at('question').textContent = rubric.question;
  at('options').replaceChildren(...rubric.options.map(({ text }) => make('li', {}, text)));
  at('options').hidden = rubric.options.length === 0;
  const subjects = [...new Set([rubric.kind, ...rubric.topics])].map(words);
  at('about').textContent = `${capital(rubric.level)} level · ${subjects.join(', ')}`;
  at('status').replaceChildren();
  showOptions();
  showResult();
  setMode(state.draft.followUp ? 'follow-up' : 'write');
}

/* ---- writing ---- */

const lastAttempt = () => state.attempts.get(state.rubric?.id)?.at(-1);

/** @param {Mode} mode */
function setMode(mode) {
  const { draft } = state;
  const attempt = lastAttempt();
  at('work').dataset.mode = mode;
  at('marked-title').textContent = mode === 'follow-up' ? 'Your answer so far' : 'Your answer, marked';
  at('follow-up-text').textContent = draft.followUp?.ask ?? '';
  at('answer-label').textContent = mode === 'follow-up' ? 'Your answer to the follow-up' : 'Your answer';
  at('leave').hidden = mode === 'write' && !attempt;
  at('leave').textContent = mode === 'follow-up' ? 'Leave the follow-up' : 'Back to the marked answer';
  at('answer').value = draft.text;
  at('answer').disabled = at('grade').disabled = !state.rubric;
  if (mode === 'follow-up' && attempt?.answer !== draft.earlier) at('marked-text').replaceChildren(draft.earlier);
  showCount();
}

function showCount() {
  const answer = pooledAnswer();
  const characters = Array.from(answer).length;
  const counted = `${count(answer.split(/\s+/).filter(Boolean).length, 'word')}, ${count(characters, 'character')}`;
  at('count').textContent = state.draft.earlier ? `${counted}, earlier answer included` : counted;
  const tooLong = characters > LIMIT;
  const warning = `${tooLong ? 'Over' : 'Near'} the limit of ${count(LIMIT, 'character')}`;
  const shown = characters > NEAR_LIMIT ? warning : '';
  if (at('limit').textContent !== shown) at('limit').textContent = shown;
  at('answer').setAttribute('aria-invalid', String(tooLong));
}

function keepDraft() {
  state.draft.text = at('answer').value;
  if (!state.draft.text.trim() && !state.draft.earlier) state.draft.asked = [];
  saveDraft();
  showCount();
}

function startFollowUp({ id, ask }) {
  const { draft, running } = state;
  if (running) return;
  if (!draft.followUp) state.draft = { ...draft, text: '', earlier: draft.text || lastAttempt().answer, followUp: { id, ask } };
  saveDraft();
  setMode('follow-up');
  at('answer').focus({ preventScroll: true });
  at('composer').scrollIntoView({ block: 'nearest' });
}

/** Back to the marked answer; what was typed to a follow-up joins the answer, so nothing is lost. */
function leaveComposer() {
  state.draft = { ...state.draft, text: pooledAnswer(), earlier: '', followUp: null };
  saveDraft();
  at('status').replaceChildren();
  showResult();
  setMode(lastAttempt() ? 'read' : 'write');
  at(lastAttempt() ? 'edit' : 'answer').focus();
}

/* ---- grading ---- */

function objection() {
  if (!state.draft.text.trim()) return new Failure('There is no answer yet', 'Type one, then press Grade.');
  const excess = Array.from(pooledAnswer()).length - LIMIT;
  if (excess > 0) return new Failure('The answer is too long', `Shorten it by ${count(excess, 'character')}.`);
  return null;
}

function setBusy(busy) {
  const button = at('grade');
  button.disabled = busy;
  button.textContent = busy ? 'Grading …' : 'Grade';
  button.setAttribute('aria-busy', String(busy));
  at('result').setAttribute('aria-busy', String(busy));
  at('answer').readOnly = busy;
  at('leave').disabled = busy;
}

async function grade(event) {
  event?.preventDefault();
  if (state.running || !state.rubric) return;
  const refused = objection();
  if (refused) {
    at('status').replaceChildren(failureNotice(refused));
    at('answer').focus();
    return;
  }
  const { rubric, draft } = state;
  const answer = pooledAnswer();
  const asked = draft.followUp ? [...new Set([...draft.asked, draft.followUp.id])] : draft.asked;
  const running = (state.running = new AbortController());
  setBusy(true);
  at('status').replaceChildren(make('span', { class: 'for-reader' }, 'Grading …'));
  try {
    const body = JSON.stringify({ rubric_id: rubric.id, answer, asked });
    const signal = AbortSignal.any([running.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const result = await call('/v1/grades', { method: 'POST', body, signal });
    if (running.signal.aborted) return;
    const attempt = { answer, grade: result, byFollowUp: Boolean(draft.followUp) };
    state.attempts.set(rubric.id, [...(state.attempts.get(rubric.id) ?? []), attempt]);
    state.draft = { text: answer, earlier: '', asked, followUp: null };
    saveDraft();
    at('status').replaceChildren();
    showResult();
    setMode('read');
    focusResult();
  } catch (error) {
    if (running.signal.aborted) return;
    at('status').replaceChildren(failureNotice(error));
  } finally {
    state.running = null;
    setBusy(false);
    if (document.activeElement === document.body) at('grade').focus();
  }
}

function focusResult() {
  const title = at('result-title');
  title.focus({ preventScroll: true });
  const { top } = title.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.6) title.scrollIntoView({ block: 'start' });
}

/* ---- the marked answer ---- */

/** @returns {Finding[]} */
function findingsOf(entries, kind, numberOf) {
  return entries.map(({ id, evidence, verdict }, index) => {
    const number = numberOf(index);
    return { id, evidence, number, key: `${kind}-${index + 1}`, name: `${capital(kind)} ${number}`, tone: verdict ?? kind };
  });
}

/** Cuts the answer where any evidence begins or ends; offsets count code points. */
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

function showMarked(answer, findings) {
  const order = Object.keys(TONES);
  const nodes = segmentsOf(answer, findings).flatMap(({ text, over, ending }) => {
    if (!over.length) return [text];
    const tones = [...new Set(over.map((span) => span.finding.tone))].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const keys = [...new Set(over.map((span) => span.finding.key))].join(' ');
    const mark = make('mark', { class: 'mark', 'data-tone': tones[0], 'data-second': tones[1], 'data-findings': keys }, text);
    return [mark, ...ending.map(reference)];
  });
  at('marked-text').replaceChildren(...nodes);
}

function reference({ finding, index }) {
  const { sign, word } = TONES[finding.tone];
  const spoken = finding.tone === 'mistake' ? finding.name : `${finding.name}: ${word}`;
  const target = { id: quoteId(finding, index), href: `#${finding.key}` };
  return make('a', { class: 'ref', ...target, 'data-tone': finding.tone, 'data-findings': finding.key },
    make('span', { 'aria-hidden': 'true' }, `${sign}${finding.number}`), make('span', { class: 'for-reader' }, ` (${spoken}) `));
}

const quoteId = (finding, index) => `${finding.key}-quote-${index + 1}`;

/** Emphasises everything tied to the findings under the pointer or the focus. */
function emphasise(event) {
  const source = event.target.closest?.('[data-findings]') ?? document.activeElement?.closest('[data-findings]');
  const keys = new Set(source?.dataset.findings.split(' '));
  for (const element of document.querySelectorAll('[data-findings]')) {
    element.classList.toggle('lit', element.dataset.findings.split(' ').some((key) => keys.has(key)));
  }
}

/** Follows a link between a point and its words, or a click on marked words. */
function follow(event) {
  const link = event.target.closest('a.ref, a.quote');
  const mark = getSelection()?.isCollapsed === false ? null : event.target.closest('.mark');
  const id = link?.hash.slice(1) ?? mark?.dataset.findings.split(' ')[0];
  if (!id) return;
  event.preventDefault();
  if (link?.matches('.quote') && at('work').dataset.mode === 'write') setMode('read');
  at(id)?.focus({ preventScroll: true });
  at(id)?.scrollIntoView({ block: link?.matches('.quote') ? 'center' : 'nearest' });
}

/* ---- the result ---- */

function showResult() {
  const attempt = lastAttempt();
  at('empty').hidden = Boolean(attempt);
  at('grade-shown').hidden = !attempt;
  if (!attempt) return;
  const { grade: result, answer } = attempt;
  const points = findingsOf(result.points, 'point', (index) => `${index + 1}`);
  const mistakes = result.mistakes.filter((mistake) => mistake.made);
  const made = findingsOf(mistakes, 'mistake', (index) => String.fromCharCode(65 + (index % 26)));
  showMarked(answer, [...points, ...made]);
  at('grade-shown').replaceChildren(...[
    ...verdictBlock(result), attemptsLine(), ungradedNotice(result), reviewNotice(result),
    make('h3', {}, 'Key points'), make('ol', {}, points.map((finding, index) => pointItem(finding, result.points[index]))),
    result.mistakes.length ? make('h3', {}, 'Mistakes') : '',
    made.length ? make('ol', {}, made.map((finding, index) => mistakeItem(finding, mistakes[index]))) : '',
    folded(result.mistakes.filter((mistake) => mistake.made === false), 'not made'),
    folded(result.mistakes.filter((mistake) => mistake.made === null), 'not judged'),
    flagsNotice(result), followUpCard(result.follow_up, [...points, ...made]), madeBy(result),
  ].filter(Boolean));
}

function verdictBlock({ score, score_interval: interval, band, points }) {
  const scored = score !== null;
  const title = make('h2', { id: 'result-title', class: 'verdict', tabindex: '-1' },
    make('span', { class: scored ? 'score' : 'score withheld' }, scored ? decimal.format(score) : 'No score'),
    scored ? make('span', { class: 'quiet' }, ' out of 100 ') : '',
    scored && band ? make('span', { class: 'band' }, BANDS[band] ?? capital(words(band))) : '');
  const range = scored && interval ? `Likely between ${interval.map(decimal.format).join(' and ')}. ` : '';
  return [title, range && scale(score, interval), make('p', { class: 'quiet' }, range, tally(points))];
}

function scale(score, [low, high]) {
  const bar = make('div', { class: 'scale', 'aria-hidden': 'true' }, make('span'), make('i'));
  for (const [name, value] of Object.entries({ low, high, at: score })) bar.style.setProperty(`--${name}`, `${value}%`);
  return bar;
}

function tally(points) {
  const of = (verdict) => points.filter((point) => point.verdict === verdict).length;
  const others = [['partial', 'in part'], ['missing', 'missing'], ['contradicted', 'contradicted'], ['ungraded', 'not graded']];
  const rest = others.filter(([verdict]) => of(verdict)).map(([verdict, word]) => `${of(verdict)} ${word}`);
  return `${[`${of('covered')} of ${count(points.length, 'key point')} covered`, ...rest].join(', ')}.`;
}

function ungradedNotice({ score, points, mistakes }) {
  const ungraded = points.filter((point) => point.verdict === 'ungraded');
  const unjudged = mistakes.filter((mistake) => mistake.made === null);
  if (score !== null && !ungraded.length) return '';
  const parts = [[ungraded, 'key point'], [unjudged, 'possible mistake']]
    .filter(([those]) => those.length).map(([those, noun]) => count(those.length, noun));
  const what = `${parts.join(' and ') || 'The answer'} could not be judged.`;
  const reasons = [...new Set(ungraded.map((point) => point.why).filter(Boolean))];
  const title = score === null ? 'The score is withheld; it is not a zero' : 'The score is partial';
  return notice(title, [what, ...reasons].join(' '), 'ungraded');
}

/** A titled message; `tone` colours its title. */
function notice(title, detail, tone, ...more) {
  return make('div', { class: 'notice', 'data-tone': tone }, make('strong', {}, title), detail, more);
}

function failureNotice(error, ...more) {
  const known = error instanceof Failure;
  return notice(known ? error.message : 'The reply could not be shown', known ? error.detail : String(error.message), 'mistake', ...more);
}

function reviewNotice({ needs_review: needed, review_reasons: reasons }) {
  const list = make('ul', {}, reasons.map((reason) => make('li', {}, reason)));
  return needed ? notice('A person should look at this', '', 'ungraded', list) : '';
}

function flagsNotice({ flags }) {
  return flags.length ? notice('Noted about the answer', capital(flags.map(words).join(', ')), 'missing') : '';
}

function attemptsLine() {
  const attempts = state.attempts.get(state.rubric.id) ?? [];
  const items = attempts.map(({ grade: { score }, byFollowUp }, index) => make('li',
    { 'aria-current': index === attempts.length - 1 ? 'true' : undefined },
    `Attempt ${index + 1}${byFollowUp ? ' (follow-up)' : ''}: ${score === null ? 'no score' : decimal.format(score)}`));
  return make('ol', { class: 'attempts', 'aria-label': 'Attempts in this session' }, items);
}

function badge(tone) {
  const { sign, word } = TONES[tone];
  return make('span', { class: 'badge', 'data-tone': tone }, make('span', { 'aria-hidden': 'true' }, `${sign} `), word);
}

function quotes(finding) {
  return finding.evidence.map((evidence, index) => {
    const text = `“${evidence.quote}”`;
    const placed = at(quoteId(finding, index));
    return make('p', {}, placed ? make('a', { class: 'quote', href: `#${placed.id}` }, text) : make('span', { class: 'quote' }, text));
  });
}

function findingItem(finding, claim, facts, ...rest) {
  return make('li', { class: 'finding', id: finding.key, tabindex: '-1', 'data-tone': finding.tone, 'data-findings': finding.key },
    make('span', { class: 'number', 'aria-hidden': 'true' }, finding.number),
    make('div', {}, make('p', { class: 'claim' }, claim), make('p', { class: 'facts' }, facts), rest.flat()));
}

function pointItem(finding, { claim, verdict, weight, why, passage }) {
  const reading = passage && make('details', {}, make('summary', {}, 'Read about this'),
    make('blockquote', {}, passage.text), make('p', { class: 'quiet' }, `From ${passage.source}`));
  const facts = [badge(verdict), make('span', {}, `weight ${decimal.format(weight)}`)];
  return findingItem(finding, claim, facts, quotes(finding), why && make('p', { class: 'quiet' }, why), reading);
}

function mistakeItem(finding, { claim, correction }) {
  const instead = correction && make('p', {}, make('strong', {}, 'Instead: '), correction);
  return findingItem(finding, claim, [badge('mistake')], quotes(finding), instead);
}

function folded(mistakes, word) {
  return mistakes.length ? make('details', { class: 'folded' }, make('summary', {}, `${count(mistakes.length, 'common mistake')} ${word}`),
    make('ul', {}, mistakes.map((mistake) => make('li', {}, mistake.claim)))) : '';
}

function followUpCard(next, findings) {
  if (!next) return '';
  const fromBank = next.source === 'bank';
  const gap = findings.find((finding) => finding.id === next.gap);
  const goThere = () => { selectQuestion(next.id); at('question').focus(); };
  const press = fromBank ? goThere : () => startFollowUp(next);
  const button = make('button', { type: 'button', click: press }, fromBank ? 'Go to this question' : 'Answer this next');
  return make('section', { class: 'next', 'aria-labelledby': 'next-title' },
    make('h3', { id: 'next-title' }, fromBank ? 'A new question' : 'Follow-up'), make('p', { class: 'ask' }, next.ask),
    gap ? make('p', { class: 'quiet' }, `About ${gap.name.toLowerCase()}`) : '',
    !fromBank || state.rubrics.has(next.id) ? make('p', { class: 'actions' }, button) : '');
}

function madeBy({ grader, rubric, elapsed_ms: elapsed, id }) {
  const judge = [grader.judge, grader.model].filter(Boolean).join(', ');
  const text = `Judged by ${judge}, version ${grader.version}, in ${count(elapsed, 'millisecond')}. `;
  return make('p', { class: 'quiet made-by' }, text, `Rubric ${rubric.id} ${rubric.version}, grade ${id}.`);
}

/* ---- start ---- */

function connect() {
  at('search').addEventListener('input', showOptions);
  at('level').addEventListener('change', showOptions);
  at('rubric').addEventListener('change', () => selectQuestion(at('rubric').value));
  at('answer').addEventListener('input', keepDraft);
  at('composer').addEventListener('submit', grade);
  at('composer').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) grade(event);
  });
  at('edit').addEventListener('click', () => { setMode('write'); at('answer').focus(); });
  at('leave').addEventListener('click', leaveComposer);
  document.addEventListener('pointerover', emphasise);
  document.addEventListener('focusin', emphasise);
  document.addEventListener('click', follow);
  addEventListener('hashchange', () => selectQuestion(linkedQuestion()));
}

connect();
listQuestions();
