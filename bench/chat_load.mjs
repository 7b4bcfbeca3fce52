// The load generator of live discussion: thousands of real sockets in one process, over the `ws` client.
// It speaks Engine.IO and Socket.IO itself, so that it costs little beside what it measures. Obeys JSON lines.
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const sockets = [];
const pause = ms => new Promise(done => { setTimeout(done, ms); });
const now = () => performance.now();
let heard = { messages: 0, first: 0, last: 0, bytes: 0, others: 0 };
let watch = null; // {id, at, left, done, taken}: the message whose arrival is measured
let counted = null; // client_id -> how many sockets had it

/** One person's socket. */
class Socket {
  constructor(url, token, at) { Object.assign(this, { url, token, at, alive: false, acks: new Map(), next: 0, seen: null }); }

  open(wait = 60_000) {
    return new Promise((done, failed) => {
      const started = now();
      const ws = new WebSocket(`${this.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
        headers: this.token ? { Cookie: `rse_session=${this.token}` } : {}, perMessageDeflate: false, skipUTF8Validation: true, handshakeTimeout: wait,
      });
      this.ws = ws;
      const late = setTimeout(() => ws.terminate(), wait);
      ws.on('message', data => this.hear(data.toString(), started, () => { clearTimeout(late); done(this); }, failed));
      ws.on('error', () => {});
      ws.on('close', () => {
        clearTimeout(late);
        this.alive = false;
        for (const ack of this.acks.values()) ack.failed(new Error('closed'));
        this.acks.clear();
        failed(new Error('closed'));
      });
    });
  }
  hear(text, started, done, failed) {
    switch (text[0]) {
      case '2': this.ws.send('3'); return;
      case '0': this.ws.send('40'); return;
      case '4': break;
      default: return;
    }
    if (text[1] === '2') this.event(text);
    else if (text[1] === '3') {
      const bracket = text.indexOf('[');
      const ack = this.acks.get(Number(text.slice(2, bracket)));
      this.acks.delete(Number(text.slice(2, bracket)));
      ack?.done(JSON.parse(text.slice(bracket))[0]);
    } else if (text[1] === '0') { this.alive = true; this.took = now() - started; done(); }
    else if (text[1] === '4') { failed(new Error(text)); this.ws.terminate(); }
  }
  event(text) {
    if (!text.startsWith('42["message:new"')) { heard.others++; return; }
    const at = now();
    heard.first ||= at;
    heard.last = at;
    heard.messages++;
    heard.bytes += text.length;
    if (!watch && !counted) return;
    const start = text.indexOf('"client_id":"') + 13;
    const id = text.slice(start, text.indexOf('"', start));
    if (counted) counted.set(id, (counted.get(id) ?? 0) + 1);
    if (watch?.id === id && this.at !== watch.from) {
      watch.taken.push(at - watch.at);
      if (--watch.left === 0) watch.done();
    }
  }
  ask(event, payload, wait = 60_000) {
    return new Promise((done, failed) => {
      const id = this.next++;
      const late = setTimeout(() => { this.acks.delete(id); failed(new Error('no answer')); }, wait);
      const end = then => value => { clearTimeout(late); then(value); };
      this.acks.set(id, { done: end(done), failed: end(failed) });
      this.ws.send(`42${id}${JSON.stringify([event, payload])}`);
    });
  }
}

const send = (socket, place, id) => socket.ask('message:send', { conversation_id: place, body: 'Bonjour à tous, voici une ligne.', client_id: id });
const fresh = () => { heard = { messages: 0, first: 0, last: 0, bytes: 0, others: 0 }; };

/** Does something to each of many, at most `width` at once. */
async function each(many, width, act) {
  let next = 0;
  const failed = [];
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < many.length) { const one = many[next++]; try { await act(one); } catch (error) { failed.push(String(error.message)); } }
  }));
  return failed;
}

const acts = {
  /** Opens a socket for each token; gives how many stand, and how long one took. */
  async connect({ urls, tokens, width = 50 }) {
    const fresh = tokens.map((token, n) => new Socket(urls[n % urls.length], token, sockets.length + n));
    sockets.push(...fresh);
    const start = now();
    const failed = await each(fresh, width, one => one.open());
    return { standing: fresh.filter(one => one.alive).length, failed: failed.slice(0, 5), seconds: (now() - start) / 1000 };
  },
  async alive() { return { alive: sockets.filter(one => one.alive).length }; },
  async close() { for (const one of sockets) one.ws.terminate(); sockets.length = 0; return {}; },

  /** One message after the other from one socket; gives the milliseconds until each of the others had each. */
  async shown({ from, place, listeners, count, gap }) {
    const taken = [], stored = [], last = [];
    for (let n = 0; n < count; n++) {
      const id = `s${from}-${n}-${Math.random().toString(36).slice(2, 8)}`;
      const at = now();
      const all = new Promise(done => { watch = { id, from, at, left: listeners, done, taken: [] }; });
      const acknowledged = send(sockets[from], place, id).then(() => stored.push(now() - at));
      await Promise.race([all, pause(15_000)]);
      taken.push(...watch.taken);
      if (watch.left) return { failed: `${watch.left} never had message ${n}` };
      await acknowledged;
      last.push(Math.max(...watch.taken));
      watch = null;
      await pause(gap);
    }
    return { taken, stored, last };
  },

  /** Several sockets send as fast as they are answered; gives the messages stored a second, and what was heard. */
  async store({ senders, count, mark }) {
    fresh();
    counted = new Map();
    const start = now();
    let stored = 0;
    const taken = [];
    const failed = await each(senders, senders.length, async ([at, place]) => {
      for (let n = 0; n < count; n++) {
        const begun = now();
        const answer = await send(sockets[at], place, `${mark}-${at}-${n}`);
        if (!answer.ok) throw new Error(JSON.stringify(answer));
        taken.push(now() - begun);
        stored++;
      }
    });
    const seconds = (now() - start) / 1000;
    let before = -1;
    while (before !== heard.messages) { before = heard.messages; await pause(700); }
    const each_ = [...counted.values()];
    counted = null;
    return { stored, seconds, taken, failed: failed.slice(0, 3), heard, least: Math.min(...each_), most: Math.max(...each_), kinds: each_.length };
  },

  /** Asks on every socket, again and again, for some seconds: how long the answers to a ping and to an event take. */
  async answered({ seconds, gap }) {
    const pings = [], events = [], end = now() + seconds * 1000;
    const failed = await each(sockets, sockets.length, async one => {
      while (now() < end) {
        const sent = now(), back = new Promise(done => { one.ws.once('pong', done); });
        one.ws.ping();
        await back;
        const heard = now();
        const answer = await one.ask('sync', { conversations: {} });
        if (!answer.ok) throw new Error(JSON.stringify(answer));
        pings.push(heard - sent);
        events.push(now() - heard);
        await pause(gap);
      }
    });
    return { pings, events, failed: failed.length ? failed.slice(0, 3).join('; ') : '' };
  },

  /** Drops every connection at once; each comes back after a random time as pages do, and asks for what it missed. */
  async storm({ place, inside, after, expected, delay = 800, most = 20_000, factor = 0.6, limit = 120 }) {
    const start = now();
    for (const one of sockets) one.ws.terminate();
    const taken = [];
    let tries = 0, asked = 0, short = 0;
    await Promise.all(sockets.map(async one => {
      for (let attempt = 0; (now() - start) / 1000 < limit; attempt++) {
        const wait = Math.min(most, delay * 2 ** attempt);
        await pause(wait * (1 + factor * (2 * Math.random() - 1)));
        tries++;
        try {
          await one.open(20_000);
          for (;;) { // as pages do: the connection stays, what has no answer is asked again
            let answer;
            asked++;
            try { answer = await one.ask('sync', { conversations: { [place]: after } }, 8000); }
            catch (error) { if (!one.alive || (now() - start) / 1000 > limit) throw error; await pause(3000 * (0.7 + 0.6 * Math.random())); continue; }
            if (!answer.ok) throw new Error('refused');
            if (one.at < inside && answer.conversations[place].items?.length !== expected) short++;
            taken.push((now() - start) / 1000);
            return;
          }
        } catch { one.ws.terminate(); }
      }
    }));
    return { back: taken.length, seconds: Math.max(...taken), taken, tries, asked, short };
  },

  /** The fan-out alone, for servers that store nothing: the event `say` goes to a room. */
  async fan({ count, listeners }) {
    fresh();
    const start = now();
    for (let n = 0; n < count; n++) { sockets[n % 8].ws.send(`42${JSON.stringify(['say', { client_id: `f${n}` }])}`); if (n % 8 === 7) await pause(1); }
    while (heard.messages < count * listeners && now() - start < 60_000) await pause(20);
    return { heard, seconds: (heard.last - start) / 1000 };
  },
};

createInterface({ input: process.stdin }).on('line', async line => {
  const { act, ...said } = JSON.parse(line);
  if (!act) process.exit(0);
  let answer;
  try { answer = await acts[act](said); } catch (error) { answer = { failed: String(error.stack) }; }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
