// Where the reader is in a conversation: the end, or further up. Nothing moves under them when older ones come.
import { call } from './wire.js';

const near = 80; // pixels from the end that still count as the end

export function scrolling(room, draw, id, read) {
  const box = room.querySelector('.messages-scroll');
  const jump = room.querySelector('.to-end');
  const say = room.dataset;
  const listed = `/conversations/${id}/messages?limit=50${say.topic ? `&topic=${say.topic}` : ''}`;
  let older = Number(say.older) || 0;
  let newer = Number(say.newer) || 0;
  let loading = false;
  let count = 0;
  let heard = 0; // the newest number that was told of while newer messages are not on the page
  const up = room.querySelector('.to-unread');

  const atEnd = () => !newer && box.scrollHeight - box.scrollTop - box.clientHeight < near;
  function toEnd() { box.scrollTop = box.scrollHeight; paint(); }
  function paint() {
    if (atEnd()) count = 0;
    jump.hidden = atEnd();
    jump.querySelector('.dot').textContent = count || '';
    const line = room.querySelector('.unread-line');
    const [at, shown] = [line?.getBoundingClientRect(), box.getBoundingClientRect()];
    if (line && at.bottom > shown.top && at.top < shown.bottom) line.dataset.seen = ''; // no way is offered back to what was before one's eyes
    up.hidden = !line || line.dataset.seen !== undefined || at.bottom > shown.top;
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
    try {
      const { items, next_cursor: more } = await call('GET', `${listed}&${direction}_seq=${from}`);
      const rest = box.scrollHeight - box.scrollTop;
      const top = box.scrollTop;
      for (const message of direction === 'before' ? items.toReversed() : items) draw.put(message);
      if (direction === 'before') {
        older = more && items.length ? items[0].seq : 0;
        box.scrollTop = box.scrollHeight - rest;
      } else {
        const last = items.at(-1)?.seq ?? from;
        newer = items.length && (more || last < heard) ? last : 0; // what came while we asked is asked for too
        box.scrollTop = top;
      }
      ends();
    } catch { /* tried again at the next move */ } finally {
      loading = false;
      box.removeAttribute('aria-busy');
      paint();
    }
  }
  function ends() {
    room.querySelector('.older').hidden = !older;
    room.querySelector('.newer').hidden = !newer;
  }

  /** Shows another part of the conversation in place of this one: around a number, or the newest. */
  async function show(seq) {
    const around = seq ? `&after_seq=${Math.max(0, seq - 25)}` : '';
    loading = true;
    try {
      const { items, next_cursor: more } = await call('GET', `${listed}${around}`);
      draw.clear();
      for (const message of items) draw.put(message);
      older = items[0]?.seq > 1 && (seq || more) ? items[0].seq : 0;
      const last = items.at(-1)?.seq ?? 0;
      newer = (seq && more) || last < heard ? last : 0;
      ends();
    } finally {
      loading = false;
    }
    if (!seq) toEnd();
  }
  async function newest() {
    await show(0);
    while (newer) { await load('after'); toEnd(); }
    count = 0;
    toEnd();
  }
  /** Brings a message to the reader, from wherever it stands. */
  async function go(message, seq) {
    if (!draw.find(message)) await show(seq);
    const found = draw.find(message);
    if (!found) { location.assign(`/messages/${id}?at=${seq}`); return; } // it stands in a thread
    draw.list.querySelectorAll('.found').forEach(one => one.classList.remove('found'));
    found.classList.add('found');
    bring(found, true);
    found.focus({ preventScroll: true });
    paint();
  }
  up.addEventListener('click', () => {
    const line = room.querySelector('.unread-line');
    if (!line) return;
    bring(line);
    line.nextElementSibling?.focus({ preventScroll: true });
    paint();
  });
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
  jump.addEventListener('click', async () => {
    try { if (newer) await newest(); else toEnd(); box.focus({ preventScroll: true }); } catch { /* the button stays */ }
  });
  // What stands at the end stays there when the place to write grows or the window changes.
  let end = true;
  box.addEventListener('scroll', () => { end = atEnd(); }, { passive: true });
  new ResizeObserver(() => { if (end) toEnd(); }).observe(box);

  return {
    atEnd, toEnd, newest, bring, go,
    hasNewer: () => Boolean(newer),
    /** Something came that is not in sight. */
    below(seq) { count += 1; heard = Math.max(heard, seq); paint(); jump.hidden = false; },
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
