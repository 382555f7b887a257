/** The candidate's page: terms, one attempt, and what comes after; the token stands in the address. */

import { at, focusOn, make, show } from '../dom.js';
import { empty, failureNotice, loading, notice, retryNotice } from '../feedback.js';
import { count, time } from '../format.js';
import { call } from '../http.js';
import { attemptView } from '../invite/attempt.js';
import { afterView } from '../invite/after.js';
import { openInterview } from '../invite/interview.js';

const POLL_MS = [1000, 2000, 3000, 5000];

const token = location.hash.slice(1);
let leave = () => {};

/** Talks to the service with the token of the link. */
const ask = (path, options = {}) => call(`/v1/invitation${path}`, { ...options, bearer: token });

const place = at('invitation');
const say = (text) => { at('spoken').textContent = text; };

async function open() {
  leave();
  leave = () => {};
  show(place, loading());
  try {
    showState(await ask(''));
  } catch (error) {
    showFailure(error);
  }
}

function showFailure(error) {
  if (error.passing) return show(place, retryNotice(error, open));
  const heading = empty(error.message, error.detail);
  heading.querySelector('h2').replaceWith(make('h1', {}, error.message));
  show(place, heading);
}

/** @param {object} state What the service says of the invitation. */
function showState(state, { moved = false } = {}) {
  leave();
  leave = () => {};
  const views = { open: termsView, started: startedView, submitted: submittedView, expired: expiredView };
  at('room').hidden = true;
  show(place, views[state.status](state));
  if (moved && place.hasChildNodes()) focusOn(place.querySelector('h1'));
}

function termsView(state) {
  const { time_limit: limit, script: interview } = state;
  const agree = make('input', { type: 'checkbox', id: 'agree' });
  const status = make('div', { role: 'status' });
  const begin = async (event) => {
    event.preventDefault();
    if (!agree.checked) {
      show(status, notice('Tick the box to agree', 'No question is shown without it.', 'warning'));
      return agree.focus();
    }
    try {
      showState(await ask('/start', { json: { consent: true } }), { moved: true });
    } catch (error) {
      if (error.passing) show(status, failureNotice(error));
      else showFailure(error);
    }
  };
  return make('form', { class: 'stack', submit: begin, novalidate: true },
    make('div', { class: 'stack' }, make('h1', {}, interview ? 'You are invited to an interview' : 'You are invited to answer a question'),
      make('p', { class: 'lead' }, `${interview ? 'Several questions with follow-ups' : 'One question'}, answered in your own words${state.spoken ? ', typed or spoken' : ''}. There is one attempt.`)),
    make('dl', { class: 'figures' },
      interview ? make('div', {}, make('dt', {}, 'Questions'), make('dd', {}, interview.questions)) : '',
      make('div', {}, make('dt', {}, 'Time to answer'), make('dd', {}, interview ? count(interview.minutes, 'minute') : limit === null ? 'No limit' : duration(limit))),
      make('div', {}, make('dt', {}, limit === null && !interview ? 'Answer by' : 'Begin by'), make('dd', {}, time(state.closes_at)))),
    make('section', { class: 'card stack', 'aria-labelledby': 'terms-title' }, make('h2', { id: 'terms-title' }, 'What you agree to'), make('p', { class: 'terms' }, state.consent_text),
      make('div', { class: 'choice' }, agree, make('label', { for: 'agree' }, 'I agree'))),
    status,
    make('p', { class: 'actions' }, make('button', {}, interview ? 'Begin the interview' : 'Show the question'),
      make('span', { class: 'quiet' }, interview ? 'Each question has its own time, which runs also while this page is closed.' : limit === null ? 'You can leave and come back by the same link.' : 'The time runs from then on, also while this page is closed.')));
}

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  return [minutes && count(minutes, 'minute'), seconds % 60 && count(seconds % 60, 'second')].filter(Boolean).join(' ');
}

function startedView(state) {
  if (state.interview) {
    openInterview(state, { ask, token, onOver: open });
    return '';
  }
  const view = attemptView(state, { ask, say, token, onState: (next) => showState(next, { moved: true }), onFailure: showFailure });
  leave = view.leave;
  return view.element;
}

function submittedView(state) {
  const view = afterView(state, { ask, onState: showState });
  if (state.grading === 'pending') poll(0);
  return view;
}

/** Looks again until the grade is made; each time after a longer wait. */
function poll(turn) {
  const timer = setTimeout(async () => {
    try {
      const state = await ask('');
      if (state.grading === 'pending') poll(turn + 1);
      else {
        showState(state);
        say(state.explanation ? 'The outcome is there.' : 'Your answer has been graded.');
      }
    } catch (error) {
      if (error.passing) poll(turn + 1);
      else showFailure(error);
    }
  }, POLL_MS[Math.min(turn, POLL_MS.length - 1)]);
  leave = () => clearTimeout(timer);
}

function expiredView(state) {
  return empty('The time is over', `It ended on ${time(state.closes_at)}, and nothing had been written. Ask whoever invited you if you want another attempt.`);
}

addEventListener('hashchange', () => location.reload());
await open();
