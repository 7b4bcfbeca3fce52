// Entry of every page. What most pages need is here; the rest comes when an element asks for it.
import 'htmx.org';
import features from 'rse:features';
import './core/outbox.js';
import './core/errors.js';
import './core/late.js';
import './core/focus.js';
import './core/time.js';
import './core/theme.js';
import './core/drafts.js';
import './core/expand.js';
import './core/actions.js';
import './core/presence.js';
import { whenAdded } from './core/added.js';
import { text } from './core/page.js';

// [data-module="feed"] loads static/js/feed.js, which may export start(element), called once for each such element.
whenAdded('[data-module]', async element => {
  for (const name of element.dataset.module.split(/\s+/)) {
    const module = await features[name]?.();
    module?.start?.(element);
  }
});
whenAdded('[data-mentions]', async element => (await import('./core/mentions.js')).start(element));
whenAdded('[data-attach]', async element => (await import('./core/attach.js')).start(element));
document.querySelector('[data-first]')?.addEventListener('focus', async event => (await import('./core/first_letters.js')).start(event.target), { once: true });
whenAdded('[data-md-for]', async element => (await import('./core/markdown.js')).start(element));

// Every signed-in page hears of new messages and notifications, but not before it has been drawn.
if (document.body.dataset.viewer) {
  (window.requestIdleCallback ?? setTimeout)(async () => (await import('./core/badges.js')).start(), { timeout: 2500 });
}

function network() {
  document.querySelector('.netbar')?.remove();
  if (navigator.onLine) return;
  const bar = Object.assign(document.createElement('p'), { className: 'netbar', textContent: text('offline') });
  bar.setAttribute('role', 'status');
  document.querySelector('body > .top')?.after(bar);
}
addEventListener('online', network);
addEventListener('offline', network);

if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js').catch(() => { /* private window: works without */ });
