// The clients of the soak: the page's own logic of catching up and sending (static/js/chat), over real sockets.
// Started by bench/soak.py with a plan in JSON; obeys lines on its input ("quiet", "state", "end"), answers in JSON lines.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';
import { outbox, Refusal } from '../static/js/chat/outbox.js';
import { timeline } from '../static/js/chat/timeline.js';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const told = { cuts: 0, stalls: 0, resets: 0, refused: 0, doubled: 0, backwards: 0, strangers: 0, polls: 0, reconnects: 0 };
const refusals = new Map();
let writing = true;
let serial = 0;

/** Numbers from a seed, so that a run can be repeated as far as time lets it. */
let seed = plan.seed;
const chance = () => { seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32; return seed / 2 ** 32; };
const pick = many => many[Math.floor(chance() * many.length)];
const pause = ms => new Promise(done => { setTimeout(done, ms); });

class Conversation {
  constructor(client, id) {
    Object.assign(this, { client, id, shown: new Map(), acknowledged: new Map(), last: 0 });
    this.line = timeline({ pos: 0, fetchAfter: pos => client.missed(id, pos), apply: event => this.apply(event), reset: () => this.reset() });
    this.queue = outbox({
      wait: 500, changed: item => { if (item.state === 'failed') { told.refused++; refusals.set(item.reason, (refusals.get(item.reason) ?? 0) + 1); } },
      send: item => client.send(id, item),
      sent: (item, message) => {
        const known = this.acknowledged.get(item.client_id);
        if (known !== undefined && known.seq !== message.seq) told.doubled++;
        if (message.client_id !== item.client_id) told.strangers++;
        this.acknowledged.set(item.client_id, { seq: message.seq, how: `${item.way} ${message.id} ${new Date().toISOString()}` });
        if (!this.shown.has(message.id)) this.put(message); // as the page does: what came by the socket is newer
      },
    });
  }
  put(message) {
    const known = this.shown.get(message.id);
    if (known && known.seq !== message.seq) told.doubled++;
    this.shown.set(message.id, { seq: message.seq, client_id: message.client_id, body: message.body, gone: Boolean(message.deleted_at) });
  }
  apply(event) {
    if (event.pos !== undefined) {
      if (event.pos <= this.last) told.backwards++;
      this.last = event.pos;
    }
    if (event.event.startsWith('message:') && event.id) this.put(event);
  }
  reset() { told.resets++; }
}

class Client {
  constructor({ token, csrf, conversations }) {
    Object.assign(this, { token, csrf, url: pick(plan.urls) });
    this.conversations = conversations.map(id => new Conversation(this, id));
    this.socket = io(this.url, {
      transports: ['websocket'], forceNew: true, reconnectionDelay: 300, reconnectionDelayMax: 3000, randomizationFactor: 0.6,
      extraHeaders: { Cookie: `rse_session=${token}`, Origin: plan.origin },
    });
    const { socket } = this;
    let first = true;
    socket.on('connect', () => { if (!first) told.reconnects++; first = false; this.again(); });
    socket.on('disconnect', reason => { if (reason === 'io server disconnect') this.later(500); });
    socket.on('connect_error', () => { if (!socket.active) this.later(1500); });
    socket.io.on('reconnect_attempt', () => { socket.io.uri = pick(plan.urls); }); // a proxy gives the next process
    socket.on('missed', said => setTimeout(() => this.catchUp(), 1000 * chance() * Math.min(3, said.within)));
    for (const name of ['message:new', 'message:edited', 'message:deleted', 'message:pinned', 'message:reaction', 'conversation:member', 'conversation:read']) {
      socket.on(name, event => this.of(event.conversation_id)?.line.receive({ ...event, event: name }));
    }
    setInterval(() => { if (!socket.connected) { told.polls++; this.again(); } }, 2000 + 1000 * chance());
  }
  of(id) { return this.conversations.find(one => one.id === id); }
  later(ms) { setTimeout(() => { if (!this.socket.connected) this.socket.connect(); }, ms * (0.5 + chance())); }
  async catchUp() { await Promise.all(this.conversations.map(one => one.line.catchUp().catch(() => {}))); }
  again() { this.catchUp().then(() => this.conversations.forEach(one => one.queue.run())); }

  async over(event, payload) {
    const answer = await this.socket.timeout(8000).emitWithAck(event, payload);
    if (answer.ok) return answer;
    const { status = 500, title = '' } = answer.error;
    if (status < 500 && ![401, 408, 429].includes(status)) throw new Refusal(`${status} ${title}`);
    throw new Error(title);
  }
  async call(method, path, body) {
    const answer = await fetch(`${pick(plan.urls)}/api/v1${path}`, {
      method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(15_000),
      headers: { Cookie: `rse_session=${this.token}`, 'X-CSRF-Token': this.csrf, 'Content-Type': 'application/json' },
    });
    const data = answer.status === 204 ? null : await answer.json().catch(() => ({}));
    if (answer.ok) return data;
    if (answer.status < 500 && ![401, 408, 429].includes(answer.status)) throw new Refusal(`${answer.status} ${JSON.stringify(data)}`);
    throw new Error(String(answer.status));
  }
  async send(conversation, item) {
    const { body, client_id } = item;
    item.way = 'socket';
    if (this.socket.connected) {
      try { return (await this.over('message:send', { conversation_id: conversation, body, client_id })).message; }
      catch (error) { if (error instanceof Refusal) throw error; }
    }
    item.way = 'request';
    return this.call('POST', `/conversations/${conversation}/messages`, { body, client_id });
  }
  async missed(conversation, pos) {
    if (this.socket.connected) {
      const found = (await this.over('sync', { conversations: { [conversation]: pos } })).conversations[conversation];
      if (found.gone) throw new Refusal('gone');
      return found;
    }
    return this.call('GET', `/conversations/${conversation}/events?after=${pos}`);
  }

  /** Writes now and then: a message, seldom a change of one's own, seldom takes one back. */
  async write() {
    const each = 1000 * plan.clients.length / plan.rate;
    for (;;) {
      await pause(each * (0.3 + 1.4 * chance()));
      if (!writing) return;
      const at = pick(this.conversations);
      const own = [...at.shown].filter(([, one]) => !one.gone && one.client_id.startsWith(`${this.name}-`)).map(([id]) => id);
      const what = chance();
      if (what < 0.06 && own.length) this.call('PATCH', `/messages/${pick(own)}`, { body: `corrigé ${serial++}` }).catch(() => {});
      else if (what < 0.09 && own.length) this.call('DELETE', `/messages/${pick(own)}`).catch(() => {});
      else if (at.queue.waiting < 20) at.queue.add({ client_id: `${this.name}-${serial++}`, body: `ligne ${serial}` });
    }
  }
  raw() { return this.socket.io.engine?.transport?.ws; }
  /** Cuts the connection without a word, or stops reading for a while. */
  async suffer() {
    for (;;) {
      await pause(1000 * plan.calm * (0.2 + 1.6 * chance()));
      if (!writing) return;
      const ws = this.raw();
      if (!this.socket.connected || !ws?._socket) continue;
      if (chance() < 0.6) { told.cuts++; ws.terminate(); continue; }
      told.stalls++;
      const socket = ws._socket;
      socket.pause();
      await pause(1000 * (0.5 + plan.calm * chance() / 2));
      socket.resume();
    }
  }
}

const clients = plan.clients.map(one => new Client(one));
clients.forEach((client, n) => { client.name = `c${n}`; client.write(); client.suffer(); });
const say = what => process.stdout.write(`${JSON.stringify(what)}\n`);

createInterface({ input: process.stdin }).on('line', line => {
  if (line === 'quiet') { writing = false; say({ ok: true }); }
  else if (line === 'state') {
    say({
      told, refusals: Object.fromEntries(refusals),
      waiting: clients.reduce((sum, one) => sum + one.conversations.reduce((n, c) => n + c.queue.waiting, 0), 0),
      connected: clients.filter(one => one.socket.connected).length,
      shown: clients.map(one => one.conversations.map(c => ({ id: c.id, pos: c.line.pos,
        messages: [...c.shown].map(([id, m]) => [m.seq, id, m.client_id, m.gone ? '' : m.body]).sort((a, b) => a[0] - b[0]),
        acknowledged: [...c.acknowledged].map(([id, { seq, how }]) => [id, seq, how]) }))),
    });
  } else process.exit(0);
});
say({ ready: clients.length });
