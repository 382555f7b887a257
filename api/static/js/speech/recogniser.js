/** Live captions by the browser's own speech recogniser, where it has one. */

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

/** Errors after which it makes sense to record instead. */
const UNFIT = new Set(['network', 'service-not-allowed', 'language-not-supported']);
const PASSING = new Set(['no-speech', 'aborted']);

export const canRecognise = () => Boolean(Recognition);

const language = () => (navigator.language?.startsWith('en') ? navigator.language : 'en-US');

/**
 * Listens until stopped; browsers end by themselves after a while, and are started again.
 * @param {{onWords: (text: string) => void, onInterim: (text: string) => void, onEnd: (failure: null | {code: string, unfit: boolean}) => void}} handlers
 *   `onWords` gets what is settled, `onInterim` what may still change, `onEnd` is called once.
 * @returns {{stop: () => void}}
 */
export function recognise({ onWords, onInterim, onEnd }) {
  const recogniser = Object.assign(new Recognition(), { continuous: true, interimResults: true, lang: language() });
  let wanted = true;
  let failure = null;
  recogniser.onresult = ({ results, resultIndex }) => {
    const fresh = Array.from(results).slice(resultIndex);
    const settled = fresh.filter((result) => result.isFinal).map((result) => result[0].transcript.trim());
    if (settled.length) onWords(settled.filter(Boolean).join(' '));
    onInterim(fresh.filter((result) => !result.isFinal).map((result) => result[0].transcript).join(''));
  };
  recogniser.onerror = ({ error }) => {
    if (PASSING.has(error)) return;
    failure = { code: error, unfit: UNFIT.has(error) };
    wanted = false;
  };
  recogniser.onend = () => {
    if (wanted) recogniser.start();
    else onEnd(failure);
  };
  recogniser.start();
  return { stop: () => { wanted = false; recogniser.stop(); } };
}
