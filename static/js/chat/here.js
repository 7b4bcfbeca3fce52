// Who of the people on the page is here now. One watch for the page: the server forgets it with the connection.
const places = new Set();
let asked = '';

function ids() {
  const found = [...places].flatMap(place => [...place.querySelectorAll('[data-person]')].map(one => one.dataset.person));
  return [...new Set(found)].slice(0, 200);
}

function paint(person, state) {
  for (const place of places) {
    place.querySelectorAll(`[data-person="${CSS.escape(person)}"]`).forEach(one => { one.dataset.state = state; });
    place.querySelectorAll(`[data-presence-text="${CSS.escape(person)}"]`).forEach(one => {
      const words = state === 'online' ? place.dataset.textOnline : place.dataset.textAway;
      one.textContent = words ? `${words} · ` : '';
    });
  }
}

async function ask(socket, again) {
  const wanted = ids();
  if (!socket.connected || (!again && wanted.join() === asked)) return;
  asked = wanted.join();
  const answer = await socket.timeout(8000).emitWithAck('presence:watch', { person_ids: wanted }).catch(() => null);
  for (const [person, state] of Object.entries(answer?.people ?? {})) paint(person, state);
}

/** Watches the people whose faces stand in `place`; call it again when others stand there. */
export function watch(socket, place) {
  if (!places.size) {
    socket.on('connect', () => ask(socket, true));
    socket.on('presence', ({ person_id, state }) => paint(person_id, state));
  }
  const fresh = !places.has(place);
  places.add(place);
  ask(socket, fresh);
}

/** Paints again what is known, after the place was drawn anew. */
export function again(socket) { ask(socket, true); }
