// The choice of appearance in the reader's menu. The server writes it on <html> from its cookie, before anything is painted;
// a page that comes from the cache of the service worker learns it here.
import { whenAdded } from './added.js';

const root = document.documentElement;

function show() {
  const now = root.dataset.theme || 'auto';
  document.querySelectorAll('[data-theme-set]').forEach(button => {
    button.setAttribute('aria-pressed', String(button.dataset.themeSet === now));
  });
}

const [, chosen] = /(?:^|; )theme=(auto|light|dark)(?:;|$)/.exec(document.cookie) ?? [];
if (chosen && chosen !== root.dataset.theme) root.dataset.theme = chosen;

whenAdded('[data-theme-set]', button => {
  button.addEventListener('click', () => {
    root.dataset.theme = button.dataset.themeSet;
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    document.dispatchEvent(new CustomEvent('rse:theme', { detail: root.dataset.theme }));
    show();
  });
  show();
});
