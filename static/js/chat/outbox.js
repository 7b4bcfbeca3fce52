// What somebody has sent and the server has not yet taken, in memory: one after the other, each under its own
// id, so that sending again is never sending twice. No page in here: tests run it alone.

export class Refusal extends Error {}

/**
 * `send(item)` gives the stored message, throws Refusal when it will never be taken, anything else when it may.
 * `keep(items)` is told whenever they change: what it was told last can be given to `restore`, in another page.
 */
export function outbox({ send, changed, sent, keep = () => {}, wait = 2000 }) {
  const items = [];
  let running = false;
  let timer;

  async function run() {
    if (running) return;
    running = true;
    clearTimeout(timer);
    try {
      for (let item; (item = items.find(one => one.state === 'sending'));) {
        let message;
        try {
          message = await send(item);
        } catch (error) {
          if (error instanceof Refusal) {
            Object.assign(item, { state: 'failed', reason: error.message });
            keep(items);
            changed(item);
            continue;
          }
          timer = setTimeout(run, wait);
          return;
        }
        items.splice(items.indexOf(item), 1);
        keep(items);
        sent(item, message);
      }
    } finally { running = false; }
  }

  return {
    get waiting() { return items.length; },
    has: id => items.some(one => one.client_id === id),
    add(item) { items.push({ ...item, state: 'sending' }); keep(items); changed(items.at(-1)); run(); },
    /** Takes what another page kept; it goes under its own id, so that what was stored meanwhile is not stored again. */
    restore(kept) {
      for (const item of kept) if (!items.some(one => one.client_id === item.client_id)) { items.push({ ...item }); changed(items.at(-1)); }
      keep(items);
      run();
    },
    retry(id) {
      const item = items.find(one => one.client_id === id);
      if (item) { item.state = 'sending'; keep(items); changed(item); run(); }
    },
    /** Forgets one; gives it back. */
    remove(id) {
      const index = items.findIndex(one => one.client_id === id);
      const gone = index < 0 ? undefined : items.splice(index, 1)[0];
      keep(items);
      return gone;
    },
    /** The connection is back: try now. */
    run,
  };
}
