// Push: switches this browser on or off, and has it follow its person from one sign-in to the next.
import { csrf, post } from './core/page.js';

const KEY = 'rse-push'; // on this device: for whom, and in which session, it was switched on
const GONE = 409; // switched off from elsewhere
const person = () => document.body.dataset.viewer;
const mark = () => `${person()} ${csrf.slice(0, 8)}`;
const able = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
const bytes = key => Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
const same = (held, wanted) => held && new Uint8Array(held).join() === wanted.join();

async function end() {
  localStorage.removeItem(KEY);
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
}

async function subscribe(renewed) {
  const told = await post('/notifications/push/key');
  if (!told.ok) throw new Error(told.status);
  const wanted = bytes((await told.json()).key);
  const worker = await navigator.serviceWorker.ready;
  const held = await worker.pushManager.getSubscription();
  if (held && !same(held.options.applicationServerKey, wanted)) await held.unsubscribe();
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  const { endpoint, keys } = made.toJSON();
  const given = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
  if (renewed) given.set('renewed', 'true');
  const answer = await post('/notifications/push', given);
  if (answer.status === GONE) return end();
  if (!answer.ok) throw new Error(answer.status);
  return localStorage.setItem(KEY, mark());
}

/** After a new sign-in: the same person is pushed to as before, another one is not. */
export async function renew() {
  const kept = localStorage.getItem(KEY);
  if (!kept || !able() || kept === mark()) return;
  if (kept.split(' ')[0] !== person() || Notification.permission !== 'granted') await end();
  else await subscribe(true);
}

/** The part of the settings. */
export function start(section) {
  const parts = new Map([...section.querySelectorAll('[data-push]')].map(part => [part.dataset.push, part]));
  const show = name => { for (const [one, part] of parts) if (one !== 'off') part.hidden = one !== name; };
  const usual = () => show(!able() ? 'unsupported' : Notification.permission === 'denied' ? 'denied' : section.dataset.on === 'true' ? '' : 'on');
  parts.get('off')?.addEventListener('submit', () => { end().catch(() => { /* its service finds out */ }); });
  parts.get('on').querySelector('button').addEventListener('click', async event => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== 'granted') return;
      await subscribe(false);
      location.reload();
    } catch {
      parts.get('failed').hidden = false;
    } finally {
      button.disabled = false;
      if (parts.get('failed').hidden) usual();
    }
  });
  usual();
}
