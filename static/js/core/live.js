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
  socket.on('disconnect', reason => {
    delete document.documentElement.dataset.socket;
    state('offline');
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 1000 + Math.random() * 4000);
  });
  socket.on('connect_error', () => state('offline'));
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
