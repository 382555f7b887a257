/** The practice page: the questions, or one of them, as the address says. */

import { at, focusOn } from '../dom.js';
import { confirm } from '../feedback.js';
import { forgetAttempts } from '../practice/attempts.js';
import { connectFilters, loadQuestions, loadScripts, rubrics, showQuestions } from '../practice/browse.js';
import { closeQuestion, connectSession, openQuestion } from '../practice/session.js';

const TITLE = document.title;

function route({ moved = true } = {}) {
  const rubric = rubrics.get(/^#question\/(.+)$/.exec(location.hash)?.[1]);
  at('browse').hidden = Boolean(rubric);
  at('practice').hidden = !rubric;
  document.title = rubric ? `${rubric.question} – Answer grader` : TITLE;
  if (rubric) openQuestion(rubric);
  else {
    closeQuestion();
    if (rubrics.size) showQuestions();
  }
  if (moved) {
    scrollTo({ top: 0, behavior: 'instant' });
    focusOn(at(rubric ? 'question' : 'browse-title'));
  }
}

async function forget() {
  const sure = await confirm('Forget your attempts?', 'The scores and drafts that this browser keeps are deleted. What the service has graded stays with it.', { yes: 'Forget them', dangerous: true });
  if (!sure) return;
  forgetAttempts();
  showQuestions();
  focusOn(at('browse-title'));
}

connectFilters();
connectSession();
at('forget').addEventListener('click', forget);
addEventListener('hashchange', () => route());
loadScripts();
await loadQuestions();
route({ moved: false });
