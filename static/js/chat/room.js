// One conversation on the page: shows what comes, sends what is written, catches up after a cut.
import { live, ask } from '../core/live.js';
import { announce, toast } from '../core/page.js';
import { timeline } from './timeline.js';
import { Refusal } from './outbox.js';
import { sending } from './sending.js';
import { thread } from './thread.js';
import { drawing } from './show.js';
import { writing } from './writing.js';
import { scrolling } from './scrolling.js';
import { actions } from './actions.js';
import { drafting } from './draft.js';
import { beside } from './beside.js';
import { watch } from './here.js';
import { topics } from './topics.js';
import { speaking } from './telling.js';
import * as wire from './wire.js';

const pollMs = 5000;
const EVENTS = ['message:new', 'message:edited', 'message:deleted', 'message:pinned', 'message:reaction', 'conversation:member', 'conversation:read'];

export function start(room) {
  const say = room.dataset;
  const me = document.body.dataset.viewer;
  const id = say.room;
  const draw = drawing(room, me);
  const topic = topics(room);
  const tell = speaking(room, announce);
  const readers = new Map(Object.entries(JSON.parse(say.readers || '{}')));
  const names = new Map(Object.entries(JSON.parse(say.people || '{}')));
  let readSeq = Number(say.read);
  let gone = false;
  let draft;
  let open; // the thread that is open beside
  let top = Number(say.seq); // the last number that we know of, in a thread or not
  let held = false; // marked as unread by hand: stays so until one comes back

  const scroll = scrolling(room, draw, id, () => { note(); });

  // --- What has been read, by us and by the others. Said soon, then once a second: a stream without a pause puts nothing off.
  let telling;
  let toldAt = 0;
  function note() {
    telling ??= setTimeout(async () => {
      telling = undefined;
      toldAt = Date.now();
      const seq = scroll.hasNewer() ? Number(draw.last()?.dataset.seq ?? 0) : top;
      if (gone || held || say.topic || !say.part || document.hidden || !document.hasFocus() || !scroll.atEnd() || seq <= readSeq) return;
      try { await wire.read(id, seq); readSeq = Math.max(readSeq, seq); } catch { /* told with the next one */ }
    }, Math.max(150, toldAt + 1000 - Date.now()));
  }
  function seen() {
    const line = room.querySelector('.seen');
    const own = draw.all().filter(one => one.dataset.seq && one.matches('.mine')).at(-1);
    const by = own && own === draw.all().at(-1) ? [...readers].filter(([, seq]) => seq >= Number(own.dataset.seq)).map(([person]) => names.get(person) ?? '') : [];
    const known = by.filter(Boolean);
    line.textContent = !known.length ? '' : readers.size === 1 ? say.textSeen : say.textSeenBy.replace('{a}', known.join(', '));
  }

  // --- What comes
  function message(event) {
    top = Math.max(top, event.seq);
    if (event.thread_id) { under(event); return; }
    topic.learn(event.topic, event.author.id === me);
    if (!topic.shows(event)) return; // another topic than the one that is shown
    const bottom = scroll.atEnd();
    if (event.event === 'message:new' && event.author.id !== me && !draw.find(event.id)) tell(event);
    if (event.event === 'message:new' && scroll.hasNewer()) { scroll.below(event.seq); return; }
    if (event.event !== 'message:new' && !draw.find(event.id)) return; // it stands further up, where it is read anew
    const { element, fresh } = draw.put(event);
    if (fresh && event.reply_to && !draw.find(event.reply_to)) quote(element, event);
    if (event.event !== 'message:new' || !fresh) { seen(); return; }
    room.querySelector('.chat-start')?.remove();
    stopTyping(event.author.id);
    const mine = event.author.id === me;
    if (!mine && (document.hidden || !bottom) && !room.querySelector('.unread-line') && event.seq > readSeq) {
      element.before(Object.assign(document.createElement('li'), { className: 'unread-line', textContent: say.textUnread }));
      draw.tidy(element);
    }
    if (bottom || mine) scroll.toEnd(); else scroll.below(event.seq);
    seen();
    note();
  }
  /** What stands under a message is told there, and shown where its thread is open. */
  function under(event) {
    draw.replies(draw.find(event.thread_id), event.thread_replies);
    if (open?.root === event.thread_id) open.show(event);
    if (event.event === 'message:new') { stopTyping(event.author.id); note(); }
  }
  /** What is answered stands further up than the page: asked for, by who may read it. */
  async function quote(element, event) {
    try { draw.quote(element, event, (await wire.call('GET', `/messages/${event.id}`)).quote); } catch { /* stays without */ }
  }
  function unread(element) {
    room.querySelector('.unread-line')?.remove();
    element.before(Object.assign(document.createElement('li'), { className: 'unread-line', textContent: say.textUnread }));
    draw.tidy(element);
    held = true;
    readSeq = Number(element.dataset.seq) - 1;
  }
  function out() {
    gone = true;
    state(say.textGone);
    for (const form of (room.closest('.chat') ?? room).querySelectorAll('.chat-write')) form.inert = true;
  }
  function member(event) {
    if (event.person_id === me && !event.joined) { out(); return; }
    if (event.person) names.set(event.person_id, event.person.display_name);
    if (event.joined) readers.set(event.person_id, 0); else readers.delete(event.person_id);
    const words = (event.joined ? say.textJoined : say.textLeft).replace('{a}', names.get(event.person_id) ?? '');
    const bottom = scroll.atEnd();
    draw.list.append(Object.assign(document.createElement('li'), { className: 'event', textContent: words }));
    if (bottom) scroll.toEnd();
  }
  function show(event) {
    if (event.event.startsWith('message:') && event.id) message(event);
    else if (event.event === 'conversation:member') member(event);
    else if (event.event === 'conversation:read') {
      if (event.person_id === me && event.back) { held = true; readSeq = event.seq; }
      else if (event.person_id === me) readSeq = Math.max(readSeq, event.seq);
      else { readers.set(event.person_id, Math.max(event.seq, readers.get(event.person_id) ?? 0)); seen(); }
    }
  }
  const line = timeline({ pos: Number(say.pos), fetchAfter: pos => wire.missed(id, pos), apply: show, reset: () => location.reload() });
  async function catchUp() {
    try {
      await line.catchUp();
      if (!gone && !wire.online() && navigator.onLine && !bar.hidden) state(say.textPolled); // sockets are blocked, requests are not
    } catch (error) { if (error instanceof Refusal) out(); }
  }

  // --- What goes
  const queue = sending({
    id, me, room, draw,
    moved() { room.querySelector('.chat-start')?.remove(); scroll.toEnd(); seen(); },
    stored(message) { topic.learn(message.topic, true); seen(); },
    again: item => write.again(item.body),
  });
  const write = writing(room, {
    draw,
    send(body, reply, attachments) {
      const under = topic.chosen();
      if (!under) return false;
      held = false;
      draft.sent();
      const item = { body, reply_to: reply, attachments, ...under };
      const add = () => queue.send(item);
      if (scroll.hasNewer()) scroll.newest().then(add, add); else add(); // what one says stands at the end
      return true;
    },
    more: (element, tool) => menu.open(element, tool),
    change: async (message, body) => draw.put(await wire.call('PATCH', `/messages/${message}`, { body })),
    remove: async message => { await wire.call('DELETE', `/messages/${message}`); draw.put(await wire.call('GET', `/messages/${message}`)); },
    typing: () => { if (wire.online()) ask('typing', { conversation_id: id }).catch(() => {}); },
  });

  draft = drafting(room, id, { busy: write.busy });
  const menu = actions(room, { draw, remove: write.ask, unread });
  const shown = section => {
    open = section?.dataset.thread && thread(section, room, { id, me, tell, counted: one => draw.replies(draw.find(one.thread_id), one.thread_replies) });
  };
  beside(room, { go: scroll.go, shown });

  // --- Who writes
  const typists = new Map();
  function paintTyping() {
    const who = [...typists.values()].map(one => one.name);
    room.querySelector('.typing').textContent = !who.length ? '' : who.length === 1 ? say.textOne.replace('{a}', who[0])
      : who.length === 2 ? say.textTwo.replace('{a}', who[0]).replace('{b}', who[1]) : say.textMany;
  }
  function stopTyping(person) {
    clearTimeout(typists.get(person)?.timer);
    if (typists.delete(person)) paintTyping();
  }
  function types({ conversation_id, person_id, name }) {
    if (conversation_id !== id || person_id === me) return;
    clearTimeout(typists.get(person_id)?.timer);
    typists.set(person_id, { name, timer: setTimeout(stopTyping, 5000, person_id) });
    paintTyping();
  }

  // --- The connection
  const bar = room.querySelector('.chat-state');
  let late;
  function state(words) { clearTimeout(late); bar.textContent = words; bar.hidden = !words; }
  const run = () => { queue.run(); if (open) open.run(); };
  function connection(name) {
    if (gone) return;
    if (name === 'online') { state(''); catchUp().then(run); return; }
    clearTimeout(late);
    late = setTimeout(() => state(navigator.onLine ? say.textSlow : say.textOffline), navigator.onLine ? 2500 : 0);
  }
  document.addEventListener('rse:connection', event => connection(event.detail));
  document.addEventListener('rse:missed', () => { if (!gone) catchUp(); });
  addEventListener('offline', () => connection('offline'));
  addEventListener('online', () => { run(); catchUp(); });
  // Where sockets are blocked, the same question by plain requests.
  setInterval(() => { if (!wire.online() && navigator.onLine && !document.hidden && !gone) catchUp().then(run); }, pollMs + Math.random() * 1000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { note(); if (!wire.online()) catchUp(); } });
  addEventListener('focus', note);
  addEventListener('beforeunload', event => { if (queue.waiting || (open && open.waiting)) event.preventDefault(); });

  live().then(socket => {
    for (const name of EVENTS) {
      socket.on(name, event => { if (event.conversation_id === id) line.receive({ ...event, event: name }); });
    }
    socket.on('typing', types);
    watch(socket, room);
    if (socket.connected) connection('online');
  }).catch(() => toast(say.textOffline, 'error'));
  room.addEventListener('click', event => {
    const link = event.target.closest('a.quoted');
    if (!link || !draw.find(link.dataset.quote)) return;
    event.preventDefault();
    scroll.go(link.dataset.quote);
  });
  write.ready();
  draw.days();
  queue.restore();
  if (room.closest('.alone') && matchMedia('(width < 50rem)').matches) room.scrollIntoView({ block: 'end' });
  scroll.begin(say.at);
  seen();
  note();
}
