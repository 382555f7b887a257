/** Words and numbers as people read them. */

const SPELLINGS = {
  nodejs: 'Node.js', graphql: 'GraphQL', nosql: 'NoSQL', oauth2: 'OAuth 2', commonjs: 'CommonJS', typescript: 'TypeScript', http3: 'HTTP/3', apis: 'APIs', npm: 'npm',
  ...Object.fromEntries(['acid', 'api', 'cd', 'cdn', 'ci', 'cors', 'csrf', 'css', 'es', 'http', 'jwt', 'llm', 'orm', 'quic', 'sql', 'tls', 'uuid', 'xss'].map((word) => [word, word.toUpperCase()])),
};

export const LEVELS = ['intern', 'junior', 'mid', 'senior', 'staff'];

export const BANDS = {
  does_not_meet: 'Does not meet the bar',
  partly_meets: 'Partly meets the bar',
  meets: 'Meets the bar',
  exceeds: 'Exceeds the bar',
};

/** What a judge says, from what weighs most in a text that several things are said of. */
export const TONES = {
  mistake: { sign: '!', word: 'Mistake' },
  contradicted: { sign: '✗', word: 'Contradicted' },
  partial: { sign: '◐', word: 'Partly covered' },
  ungraded: { sign: '?', word: 'Not graded' },
  covered: { sign: '✓', word: 'Covered' },
  missing: { sign: '○', word: 'Missing' },
};

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const dayOnly = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export const decimal = (n) => number.format(n);
export const percent = (share) => `${number.format(share * 100)} %`;
export const score = (value) => (value === null || value === undefined ? 'no score' : decimal(value));
export const count = (n, noun) => `${decimal(n)} ${noun}${n === 1 ? '' : 's'}`;
export const day = (moment) => dayOnly.format(new Date(moment));
export const time = (moment) => dayAndTime.format(new Date(moment));

/** 'distributed-systems' as 'distributed systems', 'nodejs' as 'Node.js'. */
export const words = (slug) => slug.split(/[-_]/).map((word) => SPELLINGS[word] ?? word).join(' ');
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
/** What programs say, which begin small and end without a full stop, as people write it. */
export const sentence = (text) => (text ? `${capital(text)}${/[.!?…]$/.test(text) ? '' : '.'}` : '');
export const title = (slug) => capital(words(slug));

/** Seconds as on a clock: 7:05, 1:02:00. */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (n) => String(n).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
