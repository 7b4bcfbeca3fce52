// How many messages are unread, right in whatever order it is told: the server's count, and one more for each message
// that it did not know. No page in here: tests run it alone.

const lateMs = 30_000; // a count that comes later than this after a message knows of it

/** `clock()` gives milliseconds. */
export function tally(number = 0, clock = Date.now) {
  const known = new Map(); // conversation -> the last number that the server has counted
  let since = []; // counted here: what the next count may not know yet

  function old() {
    const kept = since.filter(one => clock() - one.at < lateMs);
    number += since.length - kept.length;
    since = kept;
  }
  return {
    get number() { return number + since.length; },

    /** The server's count, with the last number of each conversation that it knows; an older one than the last is dropped. */
    set(unread, counted) {
      const names = Object.entries(counted ?? {});
      if (names.some(([name, seq]) => seq < (known.get(name) ?? 0))) return;
      for (const [name, seq] of names) known.set(name, seq);
      old();
      since = counted ? since.filter(one => one.seq > (known.get(one.conversation) ?? 0)) : [];
      number = unread;
    },
    /** A message that counts; heard twice or known already it does not. */
    add(conversation, seq) {
      old();
      if (seq <= (known.get(conversation) ?? 0) || since.some(one => one.conversation === conversation && one.seq === seq)) return;
      since.push({ conversation, seq, at: clock() });
    },
    /** One is in that conversation no more. */
    forget(conversation) { since = since.filter(one => one.conversation !== conversation); },
  };
}
