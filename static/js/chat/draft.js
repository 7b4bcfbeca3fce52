// What is being written, kept on the server for the other devices of its writer.
import { store } from '../core/drafts.js';
import { merge } from './merging.js';
import { call } from './wire.js';

const pauseMs = 1500;

/** `busy()` says that the text in the field is not a draft (a message is being changed). */
export function drafting(room, id, { busy }) {
  const area = room.querySelector('.chat-write textarea');
  const key = area?.dataset.draft;
  if (!key) return { sent() {}, flush() {} };
  const told = { get: () => store.has(`${key}:told`) ? store.get(`${key}:told`) : null, set: text => store.put(`${key}:told`, text) };
  const server = room.dataset.draft ?? '';
  const text = merge({ local: store.get(key), server, told: told.get() });
  told.set(server);
  if (area.value !== text && (!area.value || area.value === server || area.value === store.get(key))) area.value = text;
  store.set(key, area.value);
  let timer;

  async function tell() {
    clearTimeout(timer);
    const body = area.value;
    if (busy() || body === told.get()) return;
    try {
      await call('PUT', `/conversations/${id}/draft`, { body }, { keepalive: true });
      told.set(body);
      if (area.value !== body && !area.value) tell(); // it was sent meanwhile
    } catch { /* it stays on this device */ }
  }
  area.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(tell, pauseMs); });
  addEventListener('pagehide', tell);
  if (area.value !== server) timer = setTimeout(tell, pauseMs);
  return {
    /** The text was sent: the server has forgotten its draft with it. */
    sent() { clearTimeout(timer); told.set(''); store.set(key, ''); },
  };
}
