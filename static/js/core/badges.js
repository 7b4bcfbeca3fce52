// The counts beside Messages and Notifications, kept right while the page is open.
import { live } from './live.js';
import { text } from './page.js';

/** Shows a count everywhere it stands; 0 shows nothing. */
export function count(name, number) {
  document.querySelectorAll(`[data-unread-${name}]`).forEach(element => { element.textContent = number > 0 ? (number > 99 ? '99+' : number) : ''; });
  if (name === 'messages') document.querySelectorAll('[data-unread-text]').forEach(element => { element.textContent = number > 0 ? text('unread') : ''; });
}

/** What stands there now, read from the page the first time. */
const known = {};
function now(name) {
  return (known[name] ??= Number.parseInt(document.querySelector(`[data-unread-${name}]`)?.textContent ?? '', 10) || 0);
}

/** Listens; the server may send `counts` with any of its events: a number, or "+1" for one more. */
export async function start() {
  const socket = await live();
  socket.on('counts', counts => Object.entries(counts ?? {}).forEach(([name, number]) => {
    known[name] = typeof number === 'string' ? now(name) + Number(number) : number;
    count(name, known[name]);
  }));
  socket.on('notification:new', payload => Object.entries(payload?.counts ?? {}).forEach(([name, number]) => count(name, number)));
}
