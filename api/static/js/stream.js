/** Server-sent events, read with fetch: EventSource can send no key. */

import { Problem, send } from './http.js';
import { createParser } from './vendor/eventsource-parser.js';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;
const SILENCE_MS = 60_000;

/**
 * Follows a stream until it is over (204) or the signal says to stop, and takes it up where it broke off.
 * @param {string} path
 * @param {{signal: AbortSignal, onEvent: (event: {id?: string, event?: string, data: string}) => void, onState?: (state: 'live' | 'lost') => void, lastId?: string, bearer?: string}} options
 *   `bearer` stands for the API key.
 * @throws {Problem} The service refuses the stream for good.
 */
export async function follow(path, { signal, onEvent, onState = () => {}, lastId, bearer }) {
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const headers = { Accept: 'text/event-stream, application/problem+json', ...(lastId ? { 'Last-Event-ID': lastId } : {}) };
      const silence = new AbortController();
      const response = await send(path, { headers, bearer, signal: AbortSignal.any([signal, silence.signal]) });
      if (response.status === 204) return;
      onState('live');
      wait = FIRST_WAIT_MS;
      await read(response, silence, (event) => { lastId = event.id ?? lastId; onEvent(event); });
    } catch (error) {
      if (error instanceof Problem && !error.passing) throw error;
      if (!signal.aborted) onState('lost');
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** Reads to the end; a stream without even a heartbeat for long is given up. */
async function read(response, silence, onEvent) {
  const parser = createParser({ onEvent });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer;
  try {
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { value, done } = await reader.read();
      if (done) return;
      parser.feed(value);
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms, signal) {
  const { promise, resolve } = Promise.withResolvers();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  return promise;
}
