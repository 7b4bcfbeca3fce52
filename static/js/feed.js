// Lists of posts and threads that stay right while they are open. The server says which post is new or has changed, by its id;
// the card is fetched, so that what a reader may see is decided again. Nothing moves under the reader: new ones wait in a pill.
import htmx from 'htmx.org';
import { live } from './core/live.js';
import { announce, failed, toast } from './core/page.js';

const MOST = 10; // more than that: the page is loaded again
const headers = { 'HX-Request': 'true', 'HX-Current-URL': location.href }; // on the post's own page its card is whole
const byId = id => document.getElementById(`post-${id}`);
const wait = milliseconds => new Promise(done => { setTimeout(done, milliseconds); });

/** Fetches a fragment; null when it is not, or no longer, for this reader or this list. Status 0: no network. */
async function fragment(path) {
  const answer = await fetch(path, { headers, credentials: 'same-origin' })
    .then(async found => ({ status: found.status, page: await found.text() })).catch(() => ({ status: 0 }));
  if (answer.status !== 200) return { status: answer.status, element: null };
  const body = new DOMParser().parseFromString(answer.page, 'text/html').body;
  return { status: 200, element: body.firstElementChild && document.importNode(body.firstElementChild, true) };
}

/** The pill above a list: counts what waits, shows it when it is asked to. */
function pill(place, texts, show) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'fresh';
  button.hidden = true;
  place.before(button);
  let told = 0;
  button.addEventListener('click', async () => {
    button.disabled = true;
    try { await show(); } finally { button.disabled = false; }
  });
  return number => {
    button.hidden = number === 0;
    button.textContent = number === 1 ? texts.textOne : texts.textMany.replace('{n}', number);
    if (number > told) announce(button.textContent);
    told = number;
  };
}

/** Replaces what may have changed of a card, and leaves alone what the reader is in. */
async function refresh(id) {
  const { status, element } = await fragment(`/posts/${id}/card`);
  const card = byId(id);
  if (!card) return;
  if (status === 404) { card.remove(); return; }
  if (!element || card.matches(':focus-within')) return;
  if (element.dataset.edited !== card.dataset.edited) {
    const folded = card.querySelector('.body').hasAttribute('data-fold');
    if (!folded) element.querySelector('.body').removeAttribute('data-fold');
    card.replaceWith(element);
    htmx.process(element);
    return;
  }
  for (const part of [':scope > header', ':scope > .part', ':scope > footer']) {
    const [old, fresh] = [card.querySelector(part), element.querySelector(part)];
    if (old?.querySelector(':popover-open, details[open]')) return;
    if (!old || !fresh) continue;
    old.replaceWith(fresh);
    htmx.process(fresh);
  }
}

const due = new Map();

/** Many changes of a post in a moment are one fetch, at a moment that differs from reader to reader. */
function changed(id) {
  if (!byId(id) || due.has(id)) return;
  due.set(id, setTimeout(async () => {
    due.delete(id);
    await refresh(id);
    document.dispatchEvent(new CustomEvent('rse:post', { detail: id }));
  }, 400 + Math.random() * 1200));
}

async function list(root, socket) {
  const posts = root.querySelector('#posts');
  const { feed: scope, group, picky } = root.dataset; // picky: less than everything, a purpose or what was left out
  const waiting = [];
  const say = pill(posts, root.dataset, async () => {
    if (waiting.length > MOST) { location.assign(location.pathname + location.search); return; }
    const wanted = waiting.splice(0);
    const found = await Promise.all(wanted.map(id => fragment(`/posts/${id}/card`)));
    waiting.push(...wanted.filter((_, at) => found[at].status === 0));
    const fresh = found.map(one => one.element).filter(element => element && !document.getElementById(element.id));
    for (const element of fresh) {
      element.classList.add('fresh-in');
      posts.prepend(element);
      htmx.process(element);
    }
    posts.querySelector(':scope > .empty')?.remove();
    say(waiting.length);
    if (waiting.length) toast(failed(), 'error');
    const first = posts.querySelector('.fresh-in a');
    scrollTo({ top: 0 });
    first?.focus({ preventScroll: true });
  });
  socket.on('post:new', async ({ id, group: where }) => {
    if (scope === 'group' && where !== group) return;
    await wait(150); // one's own post is being put in by its form
    if (byId(id) || waiting.includes(id)) return;
    if (scope === 'following' || scope === 'groups' || picky !== undefined) {
      const { status } = await fragment(`/posts/${id}/card?new=1&scope=${scope}&purpose=${picky ?? ''}`); // without a network: not told of
      if (status !== 200) return;
    }
    waiting.push(id);
    say(waiting.length);
  });
}

async function thread(root, socket) {
  const id = root.dataset.thread;
  const comments = root.querySelector('#comment-list');
  const say = pill(comments, root.dataset, async () => {
    const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' }, credentials: 'same-origin' }).catch(() => null);
    if (!answer?.ok) { toast(failed(), 'error'); return; }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const items = [...page.querySelectorAll('#comment-list > li')].filter(item => !document.getElementById(item.id));
    for (const item of items) {
      const fresh = document.importNode(item, true);
      comments.append(fresh);
      htmx.process(fresh);
    }
    say(0);
    if (items[0]) document.getElementById(items[0].id).focus();
  });
  const count = () => Number(byId(id)?.querySelector('[data-comments]')?.dataset.comments ?? 0);
  const beyond = Math.max(0, count() - comments.children.length); // those on other pages of the thread
  const title = document.getElementById('comments-title');
  comments.addEventListener('htmx:after:settle', () => changed(id)); // one's own comment is in, or gone: the card counts it
  document.addEventListener('rse:post', ({ detail }) => {
    if (detail !== id) return;
    const now = count();
    say(Math.max(0, now - comments.children.length - beyond));
    const { textNone, textOne, textMany } = title.dataset;
    title.textContent = now > 1 ? textMany.replace('{n}', now) : now ? textOne : textNone;
  });
  socket.on('connect', () => changed(id));
}

/** "Answer" beside a comment: the form says whom one answers, without leaving the page. */
function answering(root) {
  root.addEventListener('click', event => {
    const link = event.target.closest('[data-reply]');
    const form = document.getElementById('comment-form');
    if (!link || !form) return;
    event.preventDefault();
    form.elements.parent_id.value = link.dataset.reply;
    const line = form.querySelector('[data-reply-line]');
    line.hidden = false;
    line.querySelector('span').textContent = line.dataset.text.replace('{name}', link.dataset.name);
    form.querySelector('textarea').focus();
  });
  root.addEventListener('reset', ({ target }) => {
    const line = target.querySelector?.('[data-reply-line]');
    if (!line) return;
    line.hidden = true;
    target.elements.parent_id.value = '';
  });
}

/** Called once for each element with data-module="feed". */
export async function start(root) {
  if (root.dataset.thread) answering(root);
  const socket = await live();
  socket.on('post:changed', ({ id }) => changed(id));
  if (root.dataset.feed) list(root, socket);
  if (root.dataset.thread) thread(root, socket);
}
