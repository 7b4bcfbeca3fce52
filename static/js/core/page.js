// What the page tells its scripts: token, texts, icons; and the two ways to tell the reader something.
export const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
export const language = document.documentElement.lang || 'fr';
export const writing = language === 'en' ? 'en-GB' : language; // dates and hours, as the server writes them
const data = document.body.dataset;

/** A sentence of the page in its language: text('failed') reads data-text-failed of <body>. */
export const text = name => data[`text${name[0].toUpperCase()}${name.slice(1)}`] ?? '';

/** What is said when something did not work: that there is no network, where there is none. */
export const failed = () => text(navigator.onLine ? 'failed' : 'offline');

/** An icon of the sprite, as an element. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${data.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Says something to a screen reader without showing it. */
export function announce(words) {
  const region = document.getElementById('live');
  if (!region) return;
  region.textContent = '';
  setTimeout(() => { region.textContent = words; }, 60);
}

/** Shows a passing message; kind is 'info', 'ok' or 'error'. Errors stay until they are closed. */
export function toast(words, kind = 'info') {
  const region = document.getElementById('toasts');
  if (!region || !words || [...region.children].some(t => t.dataset.words === words)) return;
  const box = document.createElement('div');
  box.className = `toast ${kind}`;
  box.dataset.words = words;
  const line = document.createElement('span');
  line.className = 'text';
  line.textContent = words;
  const close = document.createElement('button');
  close.type = 'button';
  close.setAttribute('aria-label', text('close'));
  close.append(icon('x'));
  close.addEventListener('click', () => box.remove());
  box.append(icon(kind === 'error' ? 'circle-alert' : kind === 'ok' ? 'circle-check' : 'info'), line, close);
  region.append(box);
  announce(words);
  if (kind !== 'error') setTimeout(() => box.remove(), 6000);
  else if (words === text('offline')) addEventListener('online', () => box.remove(), { once: true });
}

/** fetch() with what our server asks for in an unsafe request. */
export function post(url, body) {
  return fetch(url, { method: 'POST', body, credentials: 'same-origin', keepalive: true,
    headers: { 'X-CSRF-Token': csrf, 'HX-Request': 'true' } });
}
