/** Building and finding elements. Nothing here, or anywhere, sets HTML from text. */

const SVG = 'http://www.w3.org/2000/svg';

/** @param {string} id */
export const at = (id) => document.getElementById(id);

/**
 * Builds an element. Functions become listeners, true an empty attribute; undefined, null and false
 * attributes are left out, as are empty children. Strings become text.
 * @param {string} tag
 * @param {Record<string, unknown>} attributes
 */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Builds an SVG element, likewise. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Replaces what is in an element; empty children are left out. */
export function show(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child || child === 0));
}

/** A text of the bank, in which `backticks` set off code. @returns {(Node | string)[]} */
export function prose(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? make('code', {}, part) : part));
}

/** An icon of 24 by 24 from the outline of its paths; it says nothing to a screen reader. */
export function icon(...paths) {
  return svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, paths.map((d) => svg('path', { d })));
}

/** Puts the focus on something that is not a control, and into view where it is not. */
export function focusOn(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  const { top } = element.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.6) element.scrollIntoView({ block: 'start' });
}
