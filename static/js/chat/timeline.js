// What a client knows of a conversation, and how it catches up. No page in here: tests run it alone.
//
// Every event has a position `pos`; the next one is one more. A gap means that something was missed: it is asked
// for, and what arrives meanwhile waits. What is known already is dropped. When the server has forgotten what we
// missed, `reset` is called: the page begins anew.

/** `fetchAfter(pos)` gives {items, pos, more, reset}; `apply(event)` shows one; `reset()` begins anew. */
export function timeline({ pos, fetchAfter, apply, reset }) {
  let at = pos;
  let asking = null;
  let waiting = [];

  function take(event) {
    if (event.pos <= at) return;
    at = event.pos;
    apply(event);
  }
  function settle() {
    const held = waiting.sort((a, b) => a.pos - b.pos);
    waiting = [];
    for (const event of held) {
      if (event.pos > at + 1) { waiting = held.filter(one => one.pos > at); break; }
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

  return {
    get pos() { return at; },

    /** An event from the socket, or from what was missed. One without a position is shown as it comes. */
    receive(event) {
      if (event.pos === undefined) { apply(event); return; }
      if (event.pos <= at) return;
      if (!asking && event.pos === at + 1) { take(event); return; }
      waiting.push(event);
      if (!asking) this.catchUp().catch(() => { /* asked again with the next event or connection */ });
    },

    /** Asks for what was missed; one question at a time. Rejects when there is no answer. */
    catchUp() {
      asking ??= ask().then(settle).finally(() => {
        asking = null;
        waiting = waiting.filter(one => one.pos > at);
      });
      return asking;
    },
  };
}
