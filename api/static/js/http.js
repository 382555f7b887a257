/** Talking to the service. */

import { sentence } from './format.js';
import { apiKey, askForKey } from './key.js';

/** What went wrong, in words for the person at the page. */
export class Problem extends Error {
  /**
   * @param {string} title What is wrong.
   * @param {string} detail Where, and what to do.
   * @param {{status?: number, code?: string, errors?: {field: string, message: string, line?: number}[], retryAfter?: number}} more
   *   `status` is 0 where the service could not be reached.
   */
  constructor(title, detail = '', more = {}) {
    super(title);
    Object.assign(this, { detail, status: 0, code: '', errors: [], retryAfter: 0, body: {} }, more);
  }

  /** Whether the same request may well succeed later: nothing was decided yet. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * Sends a request and returns what came back as JSON (null for none).
 * A service that wants a key gets one from the person, and the request goes out again.
 * @param {string} path
 * @param {{method?: string, json?: unknown, body?: BodyInit, headers?: Record<string, string>, signal?: AbortSignal, once?: string, bearer?: string}} options
 *   `json` is sent as JSON and makes it a POST; `once` is an Idempotency-Key;
 *   `bearer` stands for the API key, and nobody is asked for one.
 * @throws {Problem} Whatever else happened; an AbortError is passed on.
 */
export async function call(path, options = {}) {
  return readBody(await send(path, options));
}

/** Likewise, but returns the response: for headers, files and streams. */
export async function send(path, options = {}) {
  let sent = apiKey();
  let response = await attempt(path, options);
  while (response.status === 401 && options.bearer === undefined) {
    // Another request may have asked for a key meanwhile.
    if (apiKey() === sent) {
      // Who has sent no key need not be told how a program sends one.
      const why = sent ? (await problemOf(response.clone())).detail : '';
      if (!(await askForKey(why))) break;
    }
    sent = apiKey();
    response = await attempt(path, options);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function attempt(path, { json, once, bearer, headers = {}, ...options }) {
  const key = bearer ?? apiKey();
  const sent = {
    Accept: 'application/json, application/problem+json',
    ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(key ? { Authorization: `Bearer ${key}` } : {}),
    ...(once ? { 'Idempotency-Key': once } : {}),
    ...headers,
  };
  const body = json === undefined ? options.body : JSON.stringify(json);
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  try {
    return await fetch(path, { ...options, method, body, headers: sent });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    if (error.name === 'TimeoutError') throw new Problem('The service takes too long', 'Try again in a moment. What you typed is kept.');
    throw new Problem('The service did not answer', 'Check the connection and try again. What you typed is kept.');
  }
}

async function readBody(response) {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('The reply of the service could not be read', 'Please try again.', { status: 502 });
  }
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(body.title ?? `The service failed (status ${response.status})`, sentence(body.detail) || 'Please try again.', {
    status: response.status,
    code: body.code ?? '',
    errors: body.errors ?? [],
    body,
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
  });
}

/** All items of a list that comes in pages. */
export async function all(path, options = {}) {
  const items = [];
  let cursor = null;
  do {
    const url = new URL(path, location.origin);
    if (cursor) url.searchParams.set('cursor', cursor);
    const page = await call(url.pathname + url.search, options);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

/** A fresh Idempotency-Key: send it again with the same request, and the work is done once. */
export const newOnce = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-');
