// textarea[data-draft=KEY]: what is written stays on this device until it is sent, for its writer alone. Signing out, here or at
// the identity provider, removes all of it, and what waits for the network; so does somebody else who signs in on this device.
import { whenAdded } from './added.js';
import { announce } from './page.js';

const prefix = `draft:${document.body.dataset.viewer ?? ''}:`;
export const store = {
  has(key) { try { return localStorage.getItem(prefix + key) !== null; } catch { return false; } },
  put(key, value) { try { localStorage.setItem(prefix + key, value); } catch { /* full or refused */ } },
  get(key) { try { return localStorage.getItem(prefix + key) ?? ''; } catch { return ''; } },
  set(key, value) {
    try { if (value.trim()) localStorage.setItem(prefix + key, value); else localStorage.removeItem(prefix + key); } catch { /* full or refused */ }
  },
};

// form[data-keep=PLACE]: the same on the server, for other devices, once somebody writes there.
document.addEventListener('focusin', async ({ target }) => {
  const form = target.closest?.('form[data-keep]');
  if (!form || form.dataset.kept !== undefined) return;
  form.dataset.kept = '';
  const before = form.querySelector('textarea').value;
  try { (await import('./kept.js')).start(form, before); } catch { delete form.dataset.kept; } // without a network: next time
});

/** Forgets the drafts of a form whose content has arrived. */
export function forgetDrafts(form) {
  form.querySelectorAll('[data-draft]').forEach(area => store.set(area.dataset.draft, ''));
}

whenAdded('[data-draft]', area => {
  const kept = store.get(area.dataset.draft);
  if (kept && !area.value) {
    area.value = kept;
    announce(area.dataset.textDraft ?? '');
  }
  let timer;
  area.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => store.set(area.dataset.draft, area.value), 200);
  });
  area.form?.addEventListener('reset', () => { clearTimeout(timer); forgetDrafts(area.form); });
  area.form?.addEventListener('submit', () => {
    clearTimeout(timer);
    if (area.form.matches('[hx-post], [hx-put], [hx-patch], [data-sent-by-script]')) store.set(area.dataset.draft, area.value);
    else forgetDrafts(area.form);
  });
});

/** Removes from this device what was written on it, except by one person ('' spares nobody). */
function forget(spared) {
  const written = key => /^(draft|outbox):/.test(key) && !(spared && key.split(':')[1] === spared);
  try { Object.keys(localStorage).filter(written).forEach(key => localStorage.removeItem(key)); } catch { /* nothing kept */ }
}

const viewer = document.body.dataset.viewer ?? '';
if (viewer) forget(viewer);
else if (document.querySelector('[data-signed-out]')) forget(''); // a session that ran out keeps them: its person comes back
document.addEventListener('submit', ({ target }) => { if (target.getAttribute('action') === '/logout') forget(''); });
