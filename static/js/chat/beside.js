// What opens beside a conversation: pinned messages, what was found. The server draws it; without a script it is a page.
import { failed, toast } from '../core/page.js';

export function beside(room, { go, shown: told }) {
  const chat = room.closest('.chat');
  let opener;

  const shown = () => chat.querySelector(':scope > .chat-beside');
  function close() {
    shown()?.remove();
    told(null);
    chat.classList.remove('with-beside');
    (opener?.isConnected ? opener : room.querySelector('.messages-scroll')).focus({ preventScroll: true });
  }
  async function open(href, from) {
    try {
      const answer = await fetch(href, { credentials: 'same-origin', headers: { 'HX-Request': 'true' } });
      if (!answer.ok) throw new Error(answer.statusText);
      const found = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.chat-beside');
      const old = shown();
      const fresh = document.importNode(found, true);
      if (old) old.replaceWith(fresh); else room.after(fresh);
      chat.classList.add('with-beside');
      told(fresh);
      if (from) opener = from;
      const write = matchMedia('(pointer: fine)').matches && fresh.dataset.thread ? fresh.querySelector('.chat-write textarea') : null;
      (write ?? fresh.querySelector('[data-first]') ?? fresh.querySelector('h2')).focus();
    } catch { toast(failed(), 'error'); }
  }

  if (shown()) told(shown()); // the server has opened it
  chat.addEventListener('click', event => {
    const link = event.target.closest('a[data-beside], .chat-beside a[data-close], .chat-beside a[data-to]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.beside !== undefined) open(link.href, link.closest('[popover]') ? room.querySelector('.chat-head [popovertarget]') : link);
    else if (link.dataset.close !== undefined) close();
    else {
      if (matchMedia('(width < 75rem)').matches) close();
      go(link.dataset.to, Number(new URL(link.href).searchParams.get('at'))).catch(error => toast(error.message || failed(), 'error'));
    }
  });
  chat.addEventListener('submit', event => {
    if (!event.target.matches('.chat-beside form[data-beside]')) return;
    event.preventDefault();
    const url = new URL(event.target.action);
    url.search = new URLSearchParams(new FormData(event.target));
    open(url);
  });
  chat.addEventListener('keydown', event => {
    if (event.key === 'Escape' && event.target.closest('.chat-beside')) { event.preventDefault(); close(); }
  });
  return { open, close, shown };
}
