// The client's logic without a page: catching up after random losses, and sending once whatever happens.
import assert from 'node:assert/strict';
import test from 'node:test';
import { merge } from '../../static/js/chat/merging.js';
import { outbox, Refusal } from '../../static/js/chat/outbox.js';
import { telling } from '../../static/js/chat/telling.js';
import { timeline } from '../../static/js/chat/timeline.js';
import { tally } from '../../static/js/core/tally.js';

/** Numbers from a seed, so that a failure can be repeated. */
function random(seed) {
  let state = seed;
  return () => { state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32; return state / 2 ** 32; };
}
const pause = () => new Promise(resolve => { setImmediate(resolve); });

test('whatever is lost, doubled or late, everything is shown once and in order', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const chance = random(seed);
    const log = [];
    const shown = [];
    let fails = 0;
    const line = timeline({
      pos: 0,
      apply: event => shown.push(event.pos),
      reset: () => assert.fail('nothing was forgotten'),
      async fetchAfter(pos) {
        await pause();
        if (chance() < 0.2 && fails++ < 5) throw new Error('cut');
        const items = log.slice(pos, pos + 3);
        return { items, pos: items.at(-1)?.pos ?? log.length, more: pos + 3 < log.length, reset: false };
      },
    });
    const held = [];
    for (let pos = 1; pos <= 25; pos++) {
      log.push({ pos });
      if (chance() < 0.3) continue; // lost on the way
      held.push({ pos });
      if (chance() < 0.3) held.push({ pos }); // twice
      while (held.length && chance() < 0.7) line.receive(held.splice(Math.floor(chance() * held.length), 1)[0]);
      if (chance() < 0.3) await pause();
    }
    for (const event of held) line.receive(event);
    for (let tries = 0; tries < 20; tries++) await line.catchUp().catch(() => {});
    assert.deepEqual(shown, log.map(event => event.pos), `seed ${seed}`);
    assert.equal(line.pos, 25);
  }
});

test('too long away: the page begins anew', async () => {
  let resets = 0;
  const line = timeline({ pos: 3, apply: () => assert.fail('shown'), reset: () => { resets++; },
    fetchAfter: async () => ({ reset: true, items: [], pos: 99, more: false }) });
  line.receive({ pos: 50 });
  await line.catchUp();
  assert.equal(resets, 1);
});

test('one after the other, again after a cut, each under its own id', async () => {
  const taken = new Map();
  const calls = [];
  let broken = 2;
  const done = [];
  const box = outbox({
    wait: 1, changed: () => {}, sent: (item, message) => done.push([item.client_id, message.seq]),
    async send(item) {
      calls.push(item.client_id);
      await pause();
      if (!taken.has(item.client_id)) taken.set(item.client_id, { seq: taken.size + 1 });
      if (broken-- > 0) throw new Error('the answer was lost');
      return taken.get(item.client_id);
    },
  });
  for (const client_id of ['a', 'b', 'c']) box.add({ client_id });
  while (box.waiting) await new Promise(resolve => { setTimeout(resolve, 2); });
  assert.deepEqual(done, [['a', 1], ['b', 2], ['c', 3]]);
  assert.deepEqual(calls, ['a', 'a', 'a', 'b', 'c']);
});

test('what is refused is told and holds nothing up', async () => {
  const states = [];
  const done = [];
  const box = outbox({
    changed: item => states.push(`${item.client_id} ${item.state}`), sent: item => done.push(item.client_id),
    async send(item) { if (item.client_id === 'bad') throw new Refusal('no'); return {}; },
  });
  box.add({ client_id: 'bad' });
  box.add({ client_id: 'good' });
  while (!done.length) await pause();
  assert.deepEqual(states, ['bad sending', 'good sending', 'bad failed']);
  assert.equal(box.remove('bad').reason, 'no');
  assert.equal(box.waiting, 0);
});

test('what another page could not send goes under its own id, and what waits is told each time', async () => {
  const kept = [];
  const sent = [];
  const box = outbox({ changed: () => {}, sent: item => sent.push(item.client_id), keep: items => kept.push(items.map(one => one.client_id).join()),
    async send(item) { if (item.client_id === 'bad') throw new Refusal('no'); return {}; } });
  box.restore([{ client_id: 'x', state: 'sending' }, { client_id: 'old', state: 'failed' }, { client_id: 'bad', state: 'sending' }]);
  box.restore([{ client_id: 'x', state: 'sending' }]);
  while (kept.at(-1) !== 'old,bad') await pause();
  assert.deepEqual(sent, ['x']);
  box.retry('old');
  while (kept.at(-1) !== 'bad') await pause();
  box.remove('bad');
  assert.equal(kept.at(-1), '');
  assert.deepEqual(sent, ['x', 'old']);
});

test('of two drafts none that was not sent is lost, and none that was sent comes back', () => {
  const cases = [
    ['a new device takes what the server keeps', { local: '', server: 'Bonjour', told: null }, 'Bonjour'],
    ['what was typed before the server knew stays', { local: 'Bon', server: '', told: null }, 'Bon'],
    ['sent from another device: gone here too', { local: 'Bonjour', server: '', told: 'Bonjour' }, ''],
    ['another device went on', { local: 'Bon', server: 'Bonjour', told: 'Bon' }, 'Bonjour'],
    ['typed here without a network', { local: 'Bonjour Karim', server: 'Bonjour', told: 'Bonjour' }, 'Bonjour Karim'],
    ['emptied here without a network', { local: '', server: 'Bonjour', told: 'Bonjour' }, ''],
    ['both went on: the longer one of the same beginning', { local: 'Bon', server: 'Bonsoir', told: 'B' }, 'Bonsoir'],
    ['both went on differently: what stands here', { local: 'Bonjour', server: 'Salut', told: 'B' }, 'Bonjour'],
    ['nothing anywhere', { local: '', server: '', told: '' }, ''],
  ];
  for (const [said, held, expected] of cases) assert.equal(merge(held), expected, said);
});

test('a message is counted once, before or after the count that knows it', () => {
  const one = tally(0);
  one.set(1, { c: 7 });
  one.add('c', 7); // late: the count had it
  assert.equal(one.number, 1);
  one.add('c', 9);
  one.add('c', 9);
  one.add('c', 8);
  assert.equal(one.number, 3);
  one.set(1, { c: 7 }); // made before 8 and 9 were stored, heard after them
  assert.equal(one.number, 3);
  one.set(0, { c: 9 }); // all read
  assert.equal(one.number, 0);
  one.set(3, { c: 8 }); // older than what we know
  one.add('c', 8);
  assert.equal(one.number, 0);
  one.add('d', 1);
  one.forget('d');
  assert.equal(one.number, 0);
  one.add('d', 2);
  one.set(5); // by a plain request: nothing else is told
  assert.equal(one.number, 5);
});

test('what was counted long ago is in every count that comes', () => {
  let now = 0;
  const one = tally(2, () => now);
  one.add('c', 1);
  now = 40_000;
  one.add('c', 2);
  assert.equal(one.number, 4);
  one.set(2, {}); // the first of them was read elsewhere, the second is younger than this count
  assert.equal(one.number, 3);
});

test('whatever order and whatever is doubled, the count ends right', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const chance = random(seed);
    const seqs = { a: 0, b: 0, c: 0 };
    const reads = { a: 0, b: 0, c: 0 };
    const muted = new Set();
    const unread = () => Object.keys(seqs).reduce((sum, name) => sum + (muted.has(name) ? 0 : seqs[name] - reads[name]), 0);
    const one = tally(0, () => 0);
    const held = []; // on their way; a count never overtakes another one
    const deliver = () => {
      const first = held.findIndex(each => each.set);
      const at = Math.floor(chance() * held.length);
      const [said] = held.splice(held[at].set ? first : at, 1);
      if (said.set) one.set(...said.set); else one.add(...said.add);
    };
    for (let step = 0; step < 40; step++) {
      const name = 'abc'[Math.floor(chance() * 3)];
      const what = chance();
      if (what < 0.5) {
        seqs[name]++;
        if (!muted.has(name)) { held.push({ add: [name, seqs[name]] }); if (chance() < 0.1) held.push({ add: [name, seqs[name]] }); }
      } else {
        if (what < 0.8) reads[name] = seqs[name];
        else if (what < 0.9) { if (muted.has(name)) muted.delete(name); else muted.add(name); }
        held.push({ set: [unread(), { ...seqs }] });
      }
      while (held.length && chance() < 0.5) deliver();
    }
    while (held.length) deliver();
    assert.equal(one.number, unread(), `seed ${seed}`);
  }
});

test('thirty messages in a moment are told in few sentences, and the last one is told', () => {
  const said = [];
  const due = [];
  let now = 0;
  const later = (act, ms) => due.push({ at: now + ms, act });
  const pass = until => {
    for (let next; (next = due.filter(one => one.at <= until).sort((a, b) => a.at - b.at)[0]);) { due.splice(due.indexOf(next), 1); now = next.at; next.act(); }
    now = until;
  };
  const tell = telling({ later, say: words => said.push(words), one: message => message, several: (number, last) => `${number}: ${last}` });
  for (let n = 1; n <= 30; n++) { pass(n * 100); tell(`m${n}`); }
  pass(20_000);
  assert.deepEqual(said, ['m1', '29: m30']);
  tell('alone');
  pass(30_000);
  assert.deepEqual(said.slice(2), ['alone']);
  for (let n = 1; n <= 600; n++) { pass(30_000 + n * 100); tell(`s${n}`); } // a minute without a pause
  pass(200_000);
  assert.equal(said.at(-1).split(': ')[1], 's600');
  assert.ok(said.length - 3 <= 7, String(said.length));
  assert.equal(said.slice(3).reduce((sum, words) => sum + (words.includes(':') ? Number.parseInt(words, 10) : 1), 0), 600);
});
