// The list of conversations, kept right while it is open: asked for again when something in one of them has changed.
import { live } from '../core/live.js';
import { again, watch } from './here.js';

const soon = 250;

export async function start(section) {
  const field = section.querySelector('input[type="search"]');
  let timer;
  let socket;

  async function draw() {
    const url = new URL('/messages/list', location.href);
    url.searchParams.set('current', section.dataset.list);
    if (field.value.trim()) url.searchParams.set('q', field.value.trim());
    const page = await fetch(url, { headers: { 'HX-Request': 'true' } })
      .then(answer => (answer.ok ? answer.text() : '')).catch(() => ''); // a network may also go in the middle of an answer
    const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('ul');
    const old = section.querySelector('ul');
    if (!fresh) return;
    const held = old.contains(document.activeElement) ? document.activeElement.id : '';
    const top = old.scrollTop;
    old.replaceWith(document.importNode(fresh, true));
    section.querySelector('ul').scrollTop = top;
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
    if (socket) again(socket);
  }
  const wait = () => { timer = setTimeout(() => { timer = undefined; draw(); }, soon); };
  const later = () => { if (!timer) wait(); }; // messages without a pause do not put it off for ever

  field.addEventListener('input', () => { clearTimeout(timer); wait(); });
  socket = await live();
  watch(socket, section);
  for (const name of ['message:new', 'message:edited', 'message:deleted', 'conversation:member']) socket.on(name, later);
  socket.on('counts', ({ messages }) => { if (messages !== undefined) later(); }); // read here or elsewhere, muted, left
  document.addEventListener('rse:counted', later);
  let first = !socket.connected;
  socket.on('connect', () => { if (!first) later(); first = false; });
  document.addEventListener('rse:missed', later);
  // Where sockets are blocked it is asked for now and then.
  setInterval(() => { if (!socket.connected && navigator.onLine && !document.hidden) later(); }, 8000 + Math.random() * 4000);
}
