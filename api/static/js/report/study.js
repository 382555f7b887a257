/** What to study, heaviest first. */

import { make, prose } from '../dom.js';
import { decimal, title } from '../format.js';

export function study({ study: items }) {
  if (!items.length) return [];
  return [make('section', { class: 'study', 'aria-labelledby': 'study-title' },
    make('h2', { id: 'study-title' }, 'What to study'),
    make('ol', {}, items.map(({ topic, question, source, weight_missed: missed }) => make('li', {},
      make('p', {}, make('strong', {}, `${title(topic)}. `), prose(question)),
      make('p', { class: 'quiet' }, [source && `Read ${source}`, `${decimal(missed)} in weight not earned`].filter(Boolean).join(' · ')))))) ];
}
