// textarea[data-draft=KEY]: what is written stays on this device until it is sent. Signing out removes all drafts.
import { whenAdded } from './added.js';
import { announce } from './page.js';

const prefix = `draft:${document.body.dataset.viewer ?? ''}:`;
const store = {
  get(key) { try { return localStorage.getItem(prefix + key) ?? ''; } catch { return ''; } },
  set(key, value) {
    try { if (value.trim()) localStorage.setItem(prefix + key, value); else localStorage.removeItem(prefix + key); } catch { /* full or refused */ }
  },
};

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

document.addEventListener('submit', ({ target }) => {
  if (target.getAttribute('action') !== '/logout') return;
  try { Object.keys(localStorage).filter(key => key.startsWith('draft:')).forEach(key => localStorage.removeItem(key)); } catch { /* nothing kept */ }
});
