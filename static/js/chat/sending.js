// What was written and is on its way, on the page: each message stands there at once, with its state.
import { store } from '../core/drafts.js';
import { announce } from '../core/page.js';
import { outbox } from './outbox.js';
import * as wire from './wire.js';

const freshMs = 24 * 3_600_000; // what waits longer leaves only when its writer says so

/**
 * `draw` draws into one list; `moved()` follows what was added, `stored(message)` what the server took, `again(item)`
 * takes the words of a message back into the place to write. What waits stays on this device under `key` until it is taken.
 */
export function sending({ id, me, room, draw, moved, stored, again, key = `waiting:${id}` }) {
  const say = room.dataset;
  const waiting = item => draw.list.querySelector(`.message[data-client="${CSS.escape(item.client_id)}"]:not([data-seq])`);

  function button(words, act) {
    const made = Object.assign(document.createElement('button'), { type: 'button', className: 'link', textContent: words });
    made.addEventListener('click', act);
    return made;
  }
  function pending(item) {
    let element = waiting(item);
    if (!element) {
      element = draw.make({ ...item, author: { id: me, initials: '', colour: 1, display_name: '' }, created_at: new Date().toISOString(), body_html: '' });
      element.querySelector('.body').innerText = item.body;
      draw.list.append(element);
      draw.tidy(element);
    }
    element.classList.toggle('sending', item.state === 'sending');
    element.classList.toggle('failed', item.state === 'failed');
    const mark = element.querySelector('.state');
    const failed = () => Object.assign(document.createElement('span'), { textContent: item.reason ? `${say.textFailed}. ${item.reason}` : say.textFailed });
    mark.replaceChildren(item.state === 'failed' ? failed() : wire.online() || navigator.onLine ? say.textSending : say.textWaiting);
    if (item.state === 'failed') {
      const away = () => { queue.remove(item.client_id); element.remove(); };
      const choices = [button(say.textRetry, () => queue.retry(item.client_id)), button(say.textRemove, away)];
      if (again && item.body) choices.splice(1, 0, button(say.textChange, () => { away(); again(item); }));
      mark.append(...choices);
      announce(mark.firstElementChild.textContent);
    }
    moved();
  }
  const keep = items => {
    if (items.length) store.put(key, JSON.stringify(items)); else store.set(key, '');
  };
  const queue = outbox({
    keep,
    send: item => wire.send(id, item),
    changed: pending,
    sent: (item, message) => {
      if (!draw.find(message.id)) draw.put(message);
      waiting(item)?.remove(); // it stood here already: its answer was lost, or another tab has sent it
      moved();
      stored(message);
    },
  });
  /** What another page of this conversation could not send: by now it may stand here. */
  function restore() {
    let kept = [];
    try { kept = JSON.parse(store.get(key) || '[]'); } catch { /* not ours */ }
    const here = new Set(draw.all().filter(one => one.dataset.seq).map(one => one.dataset.client));
    const old = item => Date.now() - (item.at ?? 0) > freshMs;
    queue.restore(kept.filter(item => !here.has(item.client_id)).map(item => ({ ...item, state: old(item) ? 'failed' : item.state })));
  }
  return {
    get waiting() { return store.has(key) ? 0 : queue.waiting; }, // kept on the device: a page may close
    restore,
    run: queue.run,
    send(item) {
      const random = globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      queue.add({ ...item, client_id: random, at: Date.now() });
    },
  };
}
