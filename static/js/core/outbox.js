// What was sent without a network: form[data-offline] is kept on this device and leaves when the network is back.
import { forgetDrafts } from './drafts.js';
import { csrf, text, toast } from './page.js';

const key = `outbox:${document.body.dataset.viewer ?? ''}`;
let sending = false;

function kept() { try { return JSON.parse(localStorage.getItem(key)) ?? []; } catch { return []; } }
function keep(list) {
  try { if (list.length) localStorage.setItem(key, JSON.stringify(list)); else localStorage.removeItem(key); return true; } catch { return false; }
}

async function send({ url, fields, id }) {
  const body = new URLSearchParams(fields);
  body.set('csrf', csrf);
  return fetch(url, { method: 'POST', body, credentials: 'same-origin', redirect: 'manual',
    headers: { 'X-CSRF-Token': csrf, 'HX-Request': 'true', 'Idempotency-Key': id } });
}

/** Sends what waits, oldest first; what the server refuses is given back to the reader as a draft would be. */
export async function flush() {
  if (sending || !navigator.onLine || !kept().length) return;
  sending = true;
  try {
    while (kept().length) {
      const [first, ...rest] = kept();
      const answer = await send(first);
      if (answer.status === 401 || answer.status === 429 || answer.status >= 500) break; // later: on the next page, or when it is back
      keep(rest);
      if (answer.ok || answer.type === 'opaqueredirect') toast(text('sent'), 'ok');
      else toast(`${text('failed')} ${first.fields.find(([name]) => name === 'body')?.[1] ?? ''}`.trim(), 'error');
    }
  } catch { /* still no network */ } finally { sending = false; }
}

document.addEventListener('htmx:error', event => {
  const { ctx, error } = event.detail;
  const form = ctx?.request?.form;
  const body = ctx?.request?.body;
  if (!(error instanceof TypeError) || !form?.matches('[data-offline]') || !(body instanceof URLSearchParams || body instanceof FormData)) return;
  const sent = [...body];
  if (sent.some(([, value]) => value instanceof File && value.size)) return; // a file cannot be kept here
  const fields = sent.filter(([name, value]) => name !== 'csrf' && typeof value === 'string');
  if (!keep([...kept(), { url: ctx.request.action, fields, id: crypto.randomUUID() }])) return;
  event.stopImmediatePropagation();
  forgetDrafts(form);
  form.reset();
  toast(text('waiting'), 'ok');
});
addEventListener('online', () => setTimeout(flush, 500 + Math.random() * 1500));
flush();
