// One shared connection for the page. `live()` opens it at the first call and always gives the same socket.
// The state ('connecting', 'online', 'offline') is on <html data-connection> and comes as the event `rse:connection`.
let opening;

function state(name) {
  if (document.documentElement.dataset.connection === name) return;
  document.documentElement.dataset.connection = name;
  document.dispatchEvent(new CustomEvent('rse:connection', { detail: name }));
}

async function open() {
  const { io } = await import('socket.io-client');
  state('connecting');
  const socket = io({ transports: ['websocket'], reconnectionDelay: 800, reconnectionDelayMax: 20_000, randomizationFactor: 0.6 });
  socket.on('connect', () => { document.documentElement.dataset.socket = socket.id; state('online'); });
  let within = 4; // seconds over which we spread our return: the server may say more
  const later = least => setTimeout(() => { if (!socket.connected) socket.connect(); }, 1000 * (least + Math.random() * within));
  socket.on('restart', said => { within = said?.within ?? within; });
  socket.on('disconnect', reason => {
    delete document.documentElement.dataset.socket;
    state('offline');
    if (reason === 'io server disconnect') later(1);
  });
  socket.on('connect_error', ({ message }) => {
    state('offline');
    // Refused in words: the library does not try again by itself. Who is signed out stays out until the next page.
    if (!socket.active && message !== 'unauthorized') later(5);
  });
  // The server could not tell us everything for a while.
  socket.on('missed', said => { setTimeout(() => document.dispatchEvent(new CustomEvent('rse:missed')), Math.random() * 1000 * (said?.within ?? 2)); });
  addEventListener('online', () => { if (!socket.connected) socket.connect(); });
  addEventListener('pagehide', () => socket.disconnect());
  addEventListener('pageshow', event => { if (event.persisted) socket.connect(); });
  return socket;
}

/** The socket of this page: `const socket = await live(); socket.on('post:new', ...)`. */
export function live() { return (opening ??= open()); }

/** Asks the server for something and waits for its answer; throws after `wait` milliseconds without one. */
export async function ask(event, payload, wait = 8000) {
  const socket = await live();
  return socket.timeout(wait).emitWithAck(event, payload);
}
