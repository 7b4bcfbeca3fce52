// What a client knows of a conversation, and how it catches up. No page in here: tests run it alone.
//
// Every event has a position `pos`; the next one is one more. A gap means that something was missed: it is asked
// for, and what arrives meanwhile waits. What is known already is dropped. When the server has forgotten what we
// missed, `reset` is called: the page begins anew. A question without an answer is asked again after a while.
import { Refusal } from './outbox.js';

/** `fetchAfter(pos)` gives {items, pos, more, reset}; `apply(event)` shows one; `reset()` begins anew. */
export function timeline({ pos, fetchAfter, apply, reset, wait = 3000 }) {
  let at = pos;
  let asking = null;
  let waiting = [];
  let timer;

  function take(event) {
    if (event.pos <= at) return;
    at = event.pos;
    apply(event);
  }
  function settle() {
    for (const event of waiting.sort((a, b) => a.pos - b.pos)) {
      if (event.pos > at + 1) break;
      take(event);
    }
  }
  async function ask() {
    for (;;) {
      const missed = await fetchAfter(at);
      if (missed.reset) { waiting = []; reset(); return; }
      for (const event of missed.items) take(event);
      at = Math.max(at, missed.pos);
      if (!missed.more) return;
    }
  }
  /** Asks until nothing is left that waits for what came before it. */
  async function all() {
    clearTimeout(timer);
    try {
      do {
        await ask();
        settle();
        waiting = waiting.filter(one => one.pos > at);
      } while (waiting.length);
    } catch (error) {
      waiting = waiting.filter(one => one.pos > at);
      if (!(error instanceof Refusal)) timer = setTimeout(() => line.catchUp().catch(() => {}), wait * (0.7 + 0.6 * Math.random()));
      throw error;
    } finally { asking = null; }
  }

  const line = {
    get pos() { return at; },

    /** An event from the socket, or from what was missed. One without a position is shown as it comes. */
    receive(event) {
      if (event.pos === undefined) { apply(event); return; }
      if (event.pos <= at) return;
      if (!asking && event.pos === at + 1) { take(event); return; }
      waiting.push(event);
      if (!asking) line.catchUp().catch(() => { /* asked again after a while */ });
    },

    /** Asks for what was missed; one question at a time. Rejects when there is no answer. */
    catchUp() { return (asking ??= all()); },
  };
  return line;
}
