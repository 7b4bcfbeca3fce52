// The choice of appearance in the reader's menu. theme.js applies it before the first paint of the next page.
import { whenAdded } from './added.js';

const root = document.documentElement;

function show() {
  const now = root.dataset.theme || 'auto';
  document.querySelectorAll('[data-theme-set]').forEach(button => {
    button.setAttribute('aria-pressed', String(button.dataset.themeSet === now));
  });
}

whenAdded('[data-theme-set]', button => {
  button.addEventListener('click', () => {
    root.dataset.theme = button.dataset.themeSet;
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    try { localStorage.setItem('theme', root.dataset.theme); } catch { /* kept for this page only */ }
    document.dispatchEvent(new CustomEvent('rse:theme', { detail: root.dataset.theme }));
    show();
  });
  show();
});
