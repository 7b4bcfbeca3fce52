// Requests: the headers that the server asks for, and a refusal said in the page's language. Fields at fault come back with 422.
import { csrf, text, toast } from './page.js';

const words = { 400: 'expired', 401: 'expired', 403: 'denied', 404: 'denied', 405: 'denied', 410: 'denied', 429: 'often' };

document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  ctx.request.headers['X-CSRF-Token'] = csrf;
  const socket = document.documentElement.dataset.socket;
  if (socket) ctx.request.headers['X-Socket-Id'] = socket;
});
document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  const status = ctx.response.status;
  if (status === 422 && ctx.text.trim()) return;
  const said = ctx.response.headers.get('X-Message');
  toast(said ? decodeURIComponent(said) : text(words[status] ?? 'failed'), 'error');
});
document.addEventListener('htmx:error', ({ detail }) => {
  if (detail.ctx && detail.error instanceof TypeError) toast(text('offline'), 'error');
});
