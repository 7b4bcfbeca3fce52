// Offline: the shell from the cache, pages from the network, the offline page when there is none. No page of a person is kept.
// And what is pushed: shown, and opened where it leads.
/* global SHELL, PICTURE */
const CACHE = `rse-${SHELL.join('|').split('').reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7).toString(36)}`;
const BASE = '/static/dist/';

self.addEventListener('install', event => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll(['/offline', ...SHELL.map(file => BASE + file)]);
  await self.skipWaiting();
})()));

self.addEventListener('activate', event => event.waitUntil((async () => {
  await Promise.all((await caches.keys()).filter(key => key.startsWith('rse-') && key !== CACHE).map(key => caches.delete(key)));
  await self.clients.claim();
})()));

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) cache.put(request, answer.clone());
  return answer;
}

self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith(BASE)) event.respondWith(asset(event.request).catch(() => Response.error()));
  else if (event.request.mode === 'navigate') event.respondWith(fetch(event.request).catch(() => caches.match('/offline')));
});

self.addEventListener('push', event => {
  let said = {};
  try { said = event.data?.json() ?? {}; } catch { /* nothing of ours: a browser wants to see something all the same */ }
  event.waitUntil(self.registration.showNotification(said.title || self.location.host, {
    body: said.body ?? '', tag: said.tag || 'rse', renotify: true, lang: said.lang ?? '', icon: BASE + PICTURE, badge: BASE + PICTURE,
    data: { url: said.url ?? '/notifications' },
  }));
});

self.addEventListener('notificationclick', event => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? '/', self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: 'window' });
    const there = open.find(client => client.url === url.href);
    if (there) await there.focus();
    else await self.clients.openWindow(url.href);
  })());
});
