// Where the reader is in a conversation: the end, or further up. Nothing moves under them when older ones come.
import { call } from './wire.js';

const near = 80; // pixels from the end that still count as the end

export function scrolling(room, draw, id, read) {
  const box = room.querySelector('.messages-scroll');
  const jump = room.querySelector('.to-end');
  const say = room.dataset;
  let older = Number(say.older) || 0;
  let newer = Number(say.newer) || 0;
  let loading = false;
  let count = 0;

  const atEnd = () => !newer && box.scrollHeight - box.scrollTop - box.clientHeight < near;
  function toEnd() { box.scrollTop = box.scrollHeight; paint(); }
  function paint() {
    if (atEnd()) count = 0;
    jump.hidden = atEnd();
    jump.querySelector('.dot').textContent = count || '';
    if (count) jump.setAttribute('aria-label', say.textBelow.replace('{a}', count)); else jump.setAttribute('aria-label', jump.dataset.label);
  }
  jump.dataset.label = jump.getAttribute('aria-label');

  /** Scrolls to a message inside the box; scrollIntoView would move the whole page under its bar. */
  function bring(element, middle) {
    const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
    box.scrollTop += inner.top - outer.top - (middle ? (outer.height - inner.height) / 2 : 8);
  }

  /** Loads the page before or after what is shown; the line that the reader looks at stays where it is. */
  async function load(direction) {
    const from = direction === 'before' ? older : newer;
    if (loading || !from) return;
    loading = true;
    box.setAttribute('aria-busy', 'true');
    box.setAttribute('aria-live', 'off');
    try {
      const { items, next_cursor: more } = await call('GET', `/conversations/${id}/messages?limit=50&${direction}_seq=${from}`);
      const rest = box.scrollHeight - box.scrollTop;
      const top = box.scrollTop;
      for (const message of direction === 'before' ? items.toReversed() : items) draw.put(message);
      if (direction === 'before') {
        older = more && items.length ? items[0].seq : 0;
        box.scrollTop = box.scrollHeight - rest;
      } else {
        newer = more && items.length ? items.at(-1).seq : 0;
        box.scrollTop = top;
      }
      room.querySelector('.older').hidden = !older;
      room.querySelector('.newer').hidden = !newer;
    } catch { /* tried again at the next move */ } finally {
      loading = false;
      box.removeAttribute('aria-busy');
      setTimeout(() => box.removeAttribute('aria-live'), 500);
      paint();
    }
  }
  let frame;
  box.addEventListener('scroll', () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      if (older && box.scrollTop < 250) load('before');
      if (newer && box.scrollHeight - box.scrollTop - box.clientHeight < 250) load('after');
      paint();
      if (atEnd()) read();
    });
  }, { passive: true });
  for (const [name, direction] of [['.older a', 'before'], ['.newer a', 'after']]) {
    room.querySelector(name)?.addEventListener('click', event => { event.preventDefault(); load(direction); });
  }
  const newest = () => { location.href = location.pathname; };
  jump.addEventListener('click', () => { if (newer) newest(); else { toEnd(); box.focus({ preventScroll: true }); } });
  // What stands at the end stays there when the place to write grows or the window changes.
  let end = true;
  box.addEventListener('scroll', () => { end = atEnd(); }, { passive: true });
  new ResizeObserver(() => { if (end) toEnd(); }).observe(box);

  return {
    atEnd, toEnd, newest, bring,
    hasNewer: () => Boolean(newer),
    below() { count += 1; paint(); jump.hidden = false; },
    begin(at) {
      const wanted = at ? draw.all().find(one => Number(one.dataset.seq) >= Number(at)) : room.querySelector('.unread-line') ?? (location.hash.startsWith('#m-') && draw.find(location.hash.slice(3)));
      if (wanted) {
        bring(wanted, Boolean(at));
        if (at) { wanted.classList.add('found'); wanted.focus({ preventScroll: true }); }
        end = atEnd();
      } else toEnd();
      paint();
    },
  };
}
