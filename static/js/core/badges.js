// The counts beside Messages and Notifications, kept right while the page is open.
import { ask, live } from './live.js';
import { post, text } from './page.js';
import { tally } from './tally.js';

const pollMs = 30_000;

/** Shows a count everywhere it stands; 0 shows nothing. */
export function count(name, number) {
  document.querySelectorAll(`[data-unread-${name}]`).forEach(element => { element.textContent = number > 0 ? (number > 99 ? '99+' : number) : ''; });
  const said = name === 'messages' ? '[data-unread-text]' : `[data-unread-${name}-text]`;
  document.querySelectorAll(said).forEach(element => { element.textContent = number > 0 ? text('unread') : ''; });
}

/** Listens: the server sends counts of its own accord, and "+1" with a message that the reader has not read. */
export async function start() {
  const socket = await live();
  const shown = name => Number.parseInt(document.querySelector(`[data-unread-${name}]`)?.textContent ?? '', 10) || 0;
  const messages = tally(shown('messages'));
  let notifications = shown('notifications');
  function told(counts) {
    if (!counts) return;
    if (counts.messages !== undefined) messages.set(counts.messages, counts.counted);
    if (counts.notifications !== undefined) ({ notifications } = counts);
    count('messages', messages.number);
    count('notifications', notifications);
  }
  /** What we asked for: another number than ours says that something has passed us by. */
  function asked(counts) {
    const before = messages.number;
    told(counts);
    if (messages.number !== before) document.dispatchEvent(new CustomEvent('rse:counted'));
  }
  socket.on('counts', told);
  document.addEventListener('rse:counts', ({ detail }) => asked(detail)); // a discussion that has caught up
  socket.on('message:new', message => { // one's own, or a muted conversation's, counts nothing
    if (!message?.counts) return;
    messages.add(message.conversation_id, message.seq);
    count('messages', messages.number);
  });
  socket.on('conversation:member', ({ conversation_id, person_id, joined }) => { if (!joined && person_id === document.body.dataset.viewer) messages.forget(conversation_id); });
  // What came while we were away, or since the page was drawn, was not counted here.
  const again = () => ask('sync', { conversations: {} }).then(answer => asked(answer?.counts), () => { /* with the next connection */ });
  socket.on('connect', () => { if (!document.querySelector('[data-room]')) again(); });
  if (socket.connected) again();
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
    if (thread && notifications && document.visibilityState === 'visible') post('/notifications/read', new URLSearchParams({ thread: `post-${thread}` })).catch(() => { /* with the next look at it */ });
  };
  socket.on('notification:new', payload => {
    told(payload?.counts);
    seen();
  });
  seen();
  if (localStorage.getItem('rse-push')) (await import('../push.js')).renew().catch(() => { /* at the next page */ });
}
