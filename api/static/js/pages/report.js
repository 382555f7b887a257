/** The report of an interview. */

import { deliverySection } from '../delivery.js';
import { at, make, show } from '../dom.js';
import { empty, loading, retryNotice } from '../feedback.js';
import { get, report } from '../interview/api.js';
import { remember } from '../interview/memory.js';
import { questionSection } from '../report/questions.js';
import { study } from '../report/study.js';
import { summary } from '../report/summary.js';

const query = new URLSearchParams(location.search);
const id = query.get('id');
const asCandidate = query.get('view') === 'candidate';
const delivery = query.get('delivery') !== 'off';

async function load() {
  show(at('report'), unnamed(), loading('Loading the report …'));
  try {
    const [found, interview] = await Promise.all([report(id, { asCandidate, delivery }), get(id)]);
    remember(interview);
    document.title = `Report: ${found.title} – Answer grader`;
    show(at('report'), reportView(found, interview));
  } catch (error) {
    show(at('report'), unnamed(), error.status === 409 ? goOn(error) : error.status === 404 ? nothing() : retryNotice(error, load));
  }
}

function reportView(found, interview) {
  const viewLink = asCandidate || !found.for_candidate ? make('a', { class: 'quiet', href: view({ candidate: !asCandidate }) }, asCandidate ? 'Show all that may be seen' : 'As the candidate sees it') : '';
  const spoken = interview.questions.some(({ turns }) => turns.some((turn) => turn.spoken?.delivery));
  const deliveryLink = spoken ? make('a', { class: 'quiet', href: view({ told: !delivery }) }, delivery ? 'Without delivery' : 'With delivery') : '';
  return [
    ...summary(found, interview, [make('button', { type: 'button', class: 'plain', click: () => print() }, 'Print'), viewLink, deliveryLink]),
    ...study(found),
    make('h2', {}, 'Question by question'),
    ...found.questions.map((question) => questionSection(question, interview)),
    deliverySection(found.delivery, 'h2'),
    found.not_asked.length ? make('p', { class: 'quiet' }, `Not asked: ${found.not_asked.join(', ')}.`) : '',
  ];
}

/** The address of this report, shown otherwise. */
const view = ({ candidate = asCandidate, told = delivery }) => `?${new URLSearchParams({ id, ...(candidate && { view: 'candidate' }), ...(!told && { delivery: 'off' }) })}`;

/** The page's heading as long as there is no report to name. */
const unnamed = () => make('h1', { class: 'for-reader' }, 'Interview report');
const goOn = (error) => empty('The interview is not over', error.detail, make('a', { class: 'button', href: `/interview?id=${encodeURIComponent(id)}` }, 'Go on with it'));
const nothing = () => empty('There is no such interview', 'It may have been deleted, or the link is not complete.', make('a', { class: 'button', href: '/interview' }, 'To the interviews'));

if (id) load();
else show(at('report'), unnamed(), nothing());
