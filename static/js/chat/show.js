// Messages as elements. The server writes the first page of them and the pattern that new ones follow.
import { icon, writing } from '../core/page.js';
import { attached, preview } from '../core/attached.js';

const togetherMs = 5 * 60_000;

/** What draws into one room; `me` is the reader's id, `say` gives the room's texts. */
export function drawing(room, me, list = room.querySelector('.messages')) {
  const pattern = room.querySelector('template[data-pattern="message"]').content.firstElementChild;
  const say = room.dataset;
  const zone = { timeZone: say.timezone };
  const clock = new Intl.DateTimeFormat(writing, { timeStyle: 'short', ...zone });
  const full = new Intl.DateTimeFormat(writing, { dateStyle: 'full', ...zone });
  const key = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone });
  const signs = new Map(Object.entries(JSON.parse(say.signs || '{}')));
  const dayOf = element => key.format(new Date(element.dataset.at));

  const all = () => [...list.querySelectorAll(':scope > .message')];
  const find = id => document.getElementById(`m-${id}`);
  const last = () => list.querySelector(':scope > .message[data-seq]:not(:has(~ .message[data-seq]))');

  /** Words for a day: today, yesterday, or its date. */
  function dayWords(element) {
    const day = dayOf(element);
    const now = Date.now();
    if (day === key.format(now)) return say.textToday;
    if (day === key.format(now - 86_400_000)) return say.textYesterday;
    return full.format(new Date(element.dataset.at));
  }

  /** Sets the day above a message, and whether it stands together with the one before. */
  function tidy(element) {
    if (!element) return;
    let before = element.previousElementSibling;
    while (before && !before.matches('.message')) before = before.previousElementSibling;
    let above = element.previousElementSibling;
    const unread = above?.matches('.unread-line') ? above : null;
    if (unread) above = unread.previousElementSibling;
    const fresh = !before || dayOf(before) !== dayOf(element);
    if (fresh && !above?.matches('.day')) {
      const day = Object.assign(document.createElement('li'), { className: 'day', textContent: dayWords(element) });
      (unread ?? element).before(day);
    } else if (!fresh && above?.matches('.day')) above.remove();
    const near = before && new Date(element.dataset.at) - new Date(before.dataset.at) < togetherMs;
    const follows = Boolean(!fresh && !unread && near && before.dataset.author === element.dataset.author && !element.querySelector('.quoted:not([hidden])'));
    element.classList.toggle('follows', follows);
    element.querySelector('.who')?.classList.toggle('sr', follows || element.matches('.mine'));
  }

  /** Writes the days that the server has drawn as those that are drawn here. */
  function days() {
    for (const day of list.querySelectorAll(':scope > .day[data-day]')) day.textContent = dayWords({ dataset: { at: day.dataset.day } });
  }

  function face(element, author) {
    const avatar = element.querySelector('.avatar');
    avatar.classList.add(`c${author.colour}`);
    if (!author.avatar_url) { avatar.textContent = author.initials; return; }
    avatar.replaceChildren(Object.assign(new Image(), { src: author.avatar_url, alt: '', loading: 'lazy' }));
  }

  function quote(element, message, quoted) {
    const box = element.querySelector('.quoted');
    if (!box || !message.reply_to) return;
    const held = find(message.reply_to);
    const name = quoted?.name ?? held?.querySelector('.who a')?.textContent ?? '';
    const words = quoted ? quoted.text : held?.querySelector('.body')?.innerText ?? '';
    box.hidden = false;
    box.href = `#m-${message.reply_to}`;
    box.dataset.quote = message.reply_to;
    box.querySelector('b').textContent = name;
    box.querySelector('span').textContent = words.replace(/\s+/g, ' ').slice(0, 120);
  }

  /** The signs under a message, each with how many gave it; pressed where the reader did. */
  function reacts(element, message) {
    element.querySelector('.reacts')?.remove();
    const given = [...signs].filter(([name]) => message.reactions?.[name]);
    if (!given.length || message.deleted_at) return;
    const own = (element.dataset.signs ?? '').split(' ');
    const form = Object.assign(document.createElement('form'), { className: 'reacts', method: 'post' });
    form.append(...given.map(([name, [label, drawn]]) => {
      const button = Object.assign(document.createElement('button'), { value: name, title: label });
      button.setAttribute('aria-pressed', own.includes(name));
      const words = Object.assign(document.createElement('span'), { className: 'sr', textContent: label });
      const number = Object.assign(document.createElement('span'), { className: 'num', textContent: message.reactions[name] });
      button.append(icon(drawn), words, ' ', number);
      return button;
    }));
    element.querySelector('.meta').before(form);
  }

  /** How many messages stand under one, as the way there. */
  function replies(element, number) {
    if (!element || number === undefined || number === null) return;
    element.querySelector('.replies')?.remove();
    if (!number || element.matches('.deleted')) return;
    const link = Object.assign(document.createElement('a'), { className: 'replies', href: `/messages/${say.room}/on/${element.dataset.id}/thread`,
      textContent: (number === 1 ? say.textReply : say.textReplies).replace('{a}', number) });
    link.dataset.beside = '';
    element.querySelector('.meta').before(link);
  }

  /** Notes what the reader did to a message, where the server said it. */
  function own(element, { mine, event, person_id, name, on }) {
    const given = new Set((element.dataset.signs ?? '').split(' ').filter(Boolean));
    if (mine) {
      element.dataset.signs = mine.reactions.join(' ');
      element.querySelector('.keep').hidden = !mine.saved;
    } else if (event === 'message:reaction' && person_id === me) {
      if (on) given.add(name); else given.delete(name);
      element.dataset.signs = [...given].join(' ');
    }
  }

  /** Writes a message's state into its element: words, edited, deleted. */
  function fill(element, message) {
    const body = element.querySelector('.body');
    element.classList.toggle('deleted', Boolean(message.deleted_at));
    if (message.deleted_at) {
      body.replaceChildren(Object.assign(document.createElement('p'), { textContent: say.textDeleted }));
      element.querySelector('.message-tools')?.remove();
    } else body.innerHTML = message.body_html; // made safe by the server
    element.querySelector('.topic')?.remove();
    if (message.topic) element.dataset.topic = message.topic.id;
    if (message.topic && !message.deleted_at) {
      const link = Object.assign(document.createElement('a'), { className: 'topic', href: `?topic=${message.topic.id}` });
      link.append(icon('hash'), message.topic.name);
      element.querySelector('.who').after(link);
    }
    element.querySelector('.attached')?.remove();
    if (!message.deleted_at && message.attachments?.[0]?.url) body.after(attached(message.attachments, say));
    element.querySelector('.link-preview')?.remove();
    if (!message.deleted_at && message.link_preview) (element.querySelector('.attached') ?? body).after(preview(message.link_preview));
    own(element, message);
    reacts(element, message);
    replies(element, message.replies);
    element.querySelector('.pin').hidden = !message.pinned_at || Boolean(message.deleted_at);
    if (message.deleted_at) element.querySelector('.keep').hidden = true;
    element.querySelector('.edited').hidden = !message.edited_at || Boolean(message.deleted_at);
  }

  function make(message, quoted) {
    const element = pattern.cloneNode(true);
    const mine = message.author.id === me;
    Object.assign(element.dataset, { author: message.author.id, at: message.created_at, client: message.client_id });
    element.classList.toggle('mine', mine);
    face(element, message.author);
    const who = element.querySelector('.who a');
    who.textContent = mine ? say.textYou : message.author.display_name;
    who.href = `/people/${message.author.id}`;
    const time = element.querySelector('time');
    time.dateTime = message.created_at;
    time.textContent = clock.format(new Date(message.created_at));
    if (message.id) {
      element.id = `m-${message.id}`;
      element.dataset.id = message.id;
      element.dataset.seq = message.seq;
    }
    for (const tool of element.querySelectorAll('[data-act]')) {
      if (!message.id || (tool.dataset.act === 'edit' && !mine)) { tool.remove(); continue; }
      tool.setAttribute('href', tool.getAttribute('href').replace(/([=/])0(?=#|$)/, `$1${message.id}`));
      tool.tabIndex = -1;
    }
    fill(element, message);
    quote(element, message, quoted ?? message.quote);
    return element;
  }

  /** Puts a stored message where its number says; gives its element, and whether it is new here. */
  function put(message, quoted) {
    const known = find(message.id);
    if (known) { fill(known, message); return { element: known, fresh: false }; }
    const pending = message.author.id === me && list.querySelector(`.message[data-client="${CSS.escape(message.client_id)}"]:not([data-seq])`);
    const element = make(message, quoted);
    const after = all().filter(one => one.dataset.seq && Number(one.dataset.seq) < message.seq).at(-1);
    if (pending) {
      const day = pending.previousElementSibling; // its day comes anew above the stored one
      if (day?.matches('.day') && !pending.nextElementSibling?.matches('.message')) day.remove();
      pending.remove();
    }
    if (after) after.after(element);
    else {
      const first = all()[0];
      if (first) { (first.previousElementSibling?.matches('.day, .unread-line') ? first.previousElementSibling : first).before(element); } else list.append(element);
    }
    tidy(element);
    let next = element.nextElementSibling;
    while (next && !next.matches('.message')) next = next.nextElementSibling;
    tidy(next);
    return { element, fresh: !pending };
  }

  /** Takes all away but what waits to be sent. */
  function clear() {
    for (const one of [...list.children]) if (!one.matches('.message:not([data-seq])')) one.remove();
  }

  return { list, all, find, last, tidy, days, fill, make, put, quote, replies, clear };
}
