/** The interview page: choosing one, or the one that the address names. */

import { at } from '../dom.js';
import { Room } from '../interview/room.js';
import { showStart } from '../interview/start.js';

function enter(id) {
  at('start').hidden = true;
  at('room').hidden = false;
  new Room(id).open();
}

const id = new URLSearchParams(location.search).get('id');
if (id) enter(id);
else {
  at('start').hidden = false;
  await showStart((begun) => {
    history.pushState(null, '', `/interview?id=${encodeURIComponent(begun)}`);
    enter(begun);
  });
}
addEventListener('popstate', () => location.reload());
