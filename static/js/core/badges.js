// The counts beside Messages and Notifications, kept right while the page is open.
import { ask, live } from './live.js';
import { post, text } from './page.js';

const pollMs = 30_000;

/** Shows a count everywhere it stands; 0 shows nothing. */
export function count(name, number) {
  document.querySelectorAll(`[data-unread-${name}]`).forEach(element => { element.textContent = number > 0 ? (number > 99 ? '99+' : number) : ''; });
  const said = name === 'messages' ? '[data-unread-text]' : `[data-unread-${name}-text]`;
  document.querySelectorAll(said).forEach(element => { element.textContent = number > 0 ? text('unread') : ''; });
}

/** What stands there now, read from the page the first time. */
const known = new Map();
function now(name) {
  if (!known.has(name)) known.set(name, Number.parseInt(document.querySelector(`[data-unread-${name}]`)?.textContent ?? '', 10) || 0);
  return known.get(name);
}

/** Listens; the server may send `counts` with any of its events: a number, or "+1" for one more. */
export async function start() {
  const socket = await live();
  const told = counts => Object.entries(counts ?? {}).forEach(([name, number]) => {
    known.set(name, typeof number === 'string' ? now(name) + Number(number) : number);
    count(name, known.get(name));
  });
  socket.on('counts', told);
  socket.on('message:new', message => told(message?.counts)); // one's own, or a muted conversation's, has none
  // What came while we were away was not counted here.
  const again = () => ask('sync', { conversations: {} }).then(answer => told(answer?.counts), () => { /* with the next connection */ });
  let first = !socket.connected;
  socket.on('connect', () => { if (!first) again(); first = false; });
  document.addEventListener('rse:missed', again);
  // Where sockets are blocked it is asked for now and then, while somebody looks.
  const poll = async () => {
    if (socket.connected || document.hidden || !navigator.onLine) return;
    const answer = await fetch('/api/v1/me/unread', { credentials: 'same-origin' }).catch(() => null);
    if (answer?.ok && !socket.connected) told(await answer.json().catch(() => null));
  };
  setInterval(poll, pollMs + Math.random() * 5000);
  document.addEventListener('visibilitychange', poll);
  // Who looks at a thread has read what was told of it.
  const seen = () => {
    const thread = document.querySelector('[data-thread]')?.dataset.thread;
    if (thread && now('notifications') && document.visibilityState === 'visible') post('/notifications/read', new URLSearchParams({ thread: `post-${thread}` }));
  };
  socket.on('notification:new', payload => {
    Object.entries(payload?.counts ?? {}).forEach(([name, number]) => { known.set(name, number); count(name, number); });
    seen();
  });
  seen();
  if (localStorage.getItem('rse-push')) (await import('../push.js')).renew().catch(() => { /* at the next page */ });
}
