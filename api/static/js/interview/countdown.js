/** Time left, counted down between what the service says of it. */

import { clock } from '../format.js';

const SOON = 60;

export class Countdown {
  /** @param {HTMLElement} place @param {HTMLElement} spoken Where it is said aloud that time runs out. */
  constructor(place, spoken) {
    Object.assign(this, { place, spoken, left: 0, since: 0, running: false, said: '' });
    setInterval(() => this.show(), 500);
  }

  /** @param {number} seconds @param {boolean} running Whether the clock goes on. */
  set(seconds, running) {
    Object.assign(this, { left: seconds, since: performance.now(), running });
    this.show();
  }

  get now() {
    return this.left - (this.running ? (performance.now() - this.since) / 1000 : 0);
  }

  show() {
    const { now } = this;
    this.place.textContent = clock(now);
    const soon = this.running && now <= SOON;
    this.place.toggleAttribute('data-soon', soon);
    const said = !soon ? '' : now <= 0 ? 'The time for this question is up. Send what you have; it still counts.' : 'Less than a minute is left for this question.';
    if (said !== this.said) this.spoken.textContent = this.said = said;
  }
}
