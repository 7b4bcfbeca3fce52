// What is done to single messages from their menu and from the signs under them. The server says what is possible.
import { announce, failed, toast } from '../core/page.js';
import { call } from './wire.js';

export function actions(room, { draw, remove, unread }) {
  const menu = Object.assign(document.createElement('div'), { className: 'menu message-menu', popover: 'auto' });
  room.append(menu);
  let of;

  /** Opens the menu of a message at the button that asked for it. */
  async function open(element, tool) {
    try {
      const answer = await fetch(tool.href, { credentials: 'same-origin', headers: { 'HX-Request': 'true' } });
      if (!answer.ok) throw new Error(answer.statusText);
      const found = new DOMParser().parseFromString(await answer.text(), 'text/html').body;
      menu.replaceChildren(...document.importNode(found, true).childNodes);
    } catch { toast(failed(), 'error'); return; }
    of = { element, tool };
    tool.style.anchorName = '--message-menu';
    menu.showPopover();
    menu.querySelector('button, a')?.focus();
  }
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState === 'open' || !of) return;
    of.tool.style.anchorName = '';
    if (document.activeElement === document.body) of.element.focus({ preventScroll: true });
  });

  async function sign(id, button) {
    const on = button.getAttribute('aria-pressed') === 'true';
    draw.put(await call(on ? 'DELETE' : 'PUT', `/messages/${id}/reactions/${button.value}`));
    announce(button.title);
  }
  async function act(form, button) {
    if (form.dataset.sign) { await sign(of.element.dataset.id, button); return; }
    const { path, call: method, seq } = form.dataset;
    const stored = await call(method, path, seq ? { seq: Number(seq) } : undefined);
    if (seq) unread(of.element); else draw.put(stored);
    announce(button.textContent.trim());
  }
  menu.addEventListener('submit', event => {
    event.preventDefault();
    const form = event.target;
    menu.hidePopover();
    if (form.dataset.act === 'delete') remove(of.element);
    else act(form, event.submitter).catch(error => toast(error.message || failed(), 'error'));
  });
  (room.closest('.chat') ?? room).addEventListener('submit', event => {
    const form = event.target.closest('form.reacts');
    if (!form) return;
    event.preventDefault();
    const { id } = form.closest('.message').dataset;
    sign(id, event.submitter).catch(error => toast(error.message || failed(), 'error'));
  });
  return { open };
}
