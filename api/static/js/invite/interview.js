/** An interview behind an invite: the interview's own room, opened by the token of the link. */

import { at, make } from '../dom.js';
import { draftOf, keepDraft } from '../interview/memory.js';
import { Room } from '../interview/room.js';
import { follow } from '../stream.js';
import { writtenDownBy } from './recording.js';

const SAVE_AFTER_MS = 1200;
const RETRY_MS = 5000;
const PATIENCE_MS = 60_000;

/**
 * Opens the room. @param {object} state The invitation as the service has it.
 * @param {{ask: Function, token: string, onOver: () => void}} page
 */
export function openInterview(state, { ask, token, onOver }) {
  const { interview, draft, draft_turn: turn } = state;
  const asked = interview.ask?.turn;
  if (draft && asked === turn && draftOf(interview.id)?.turn !== asked) keepDraft(interview.id, turn, { text: draft, heard: [] });
  const saving = new Saving(ask, state.revision);
  const room = new Room(interview.id, {
    api: apiOf(ask, token, saving),
    byInvite: true,
    speech: state.spoken,
    writeDown: writtenDownBy(ask),
    onDraft: (open, { text }) => saving.later(open, text),
    // A look that was under way tells of the end once more.
    onOver: () => { if (!saving.over) onOver(); saving.stop(); },
  });
  room.composer.element.append(saving.note);
  at('room').hidden = false;
  return room.open();
}

/** What a room asks of the service, by the link. */
function apiOf(ask, token, saving) {
  const stateOf = async (path, options) => (await ask(path, options)).interview;
  return {
    get: () => stateOf(''),
    answer: async (_, turn, said) => {
      // A draft that arrived after the answer would be one of a turn that is closed.
      await saving.drop();
      return stateOf('/turns', { json: { turn, ...said }, signal: AbortSignal.timeout(PATIENCE_MS) });
    },
    watch: (_, lastEvent, options) => follow('/v1/invitation/events', { ...options, bearer: token, lastId: String(lastEvent) }),
  };
}

/** Keeps what is written so far at the service, which takes it as the answer when the time is over. */
class Saving {
  constructor(ask, revision) {
    Object.assign(this, { ask, revision, timer: 0, busy: false, over: false });
    this.note = make('p', { class: 'saved', role: 'status' });
  }

  later(turn, text, after = SAVE_AFTER_MS) {
    this.wanted = { turn, text };
    this.note.textContent = '';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), after);
  }

  stop() {
    this.over = true;
    clearTimeout(this.timer);
  }

  /** Saves no more of what was written so far. */
  drop() {
    clearTimeout(this.timer);
    this.wanted = null;
    this.note.textContent = '';
    return this.under;
  }

  save() {
    if (this.busy || this.over || !this.wanted) return;
    this.under = this.put();
  }

  async put() {
    const { turn, text } = this.wanted;
    this.busy = true;
    try {
      const { revision } = await this.ask('/draft', { method: 'PUT', json: { answer: text, turn, revision: this.revision } });
      this.revision = revision;
      this.note.textContent = this.wanted?.text === text ? 'Saved' : '';
    } catch (error) {
      // Another tab saved meanwhile, or the turn was answered: this one's words are in this browser.
      if (error.code === 'draft_changed') this.revision = error.body.revision;
      if (error.passing && this.wanted) {
        this.note.textContent = 'Not saved: no connection. It is kept in this browser.';
        this.later(turn, text, RETRY_MS);
      }
    } finally {
      this.busy = false;
    }
    if (this.wanted && (this.wanted.text !== text || this.wanted.turn !== turn)) this.later(this.wanted.turn, this.wanted.text);
  }
}
