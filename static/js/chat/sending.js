// What was written and is on its way, on the page: each message stands there at once, with its state.
import { announce } from '../core/page.js';
import { outbox } from './outbox.js';
import * as wire from './wire.js';

/** `draw` draws into one list; `moved()` follows what was added, `stored(message)` what the server took. */
export function sending({ id, me, room, draw, moved, stored }) {
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
    mark.replaceChildren(item.state === 'failed' ? `${say.textFailed}${item.reason ? ` (${item.reason})` : ''} ` : wire.online() || navigator.onLine ? say.textSending : say.textWaiting);
    if (item.state === 'failed') {
      mark.append(button(say.textRetry, () => queue.retry(item.client_id)), button(say.textRemove, () => { queue.remove(item.client_id); element.remove(); }));
      announce(mark.textContent);
    }
    moved();
  }
  const queue = outbox({
    send: item => wire.send(id, item),
    changed: pending,
    sent: (item, message) => {
      if (waiting(item) || !draw.find(message.id)) draw.put(message);
      moved();
      stored(message);
    },
  });
  return {
    get waiting() { return queue.waiting; },
    run: queue.run,
    send(item) {
      const random = globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      queue.add({ ...item, client_id: random });
    },
  };
}
