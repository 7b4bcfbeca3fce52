// One visit a day and session, told after an interaction or ten seconds in front of the reader: the day, nothing finer.
import { post } from './page.js';

const today = new Date().toISOString().slice(0, 10);
let seconds = 0;
let sent = false;

function told() { try { return sessionStorage.getItem('visit') === today; } catch { return false; } }

async function tell() {
  if (sent) return;
  sent = true;
  const answer = await post('/presence/visit').catch(() => null);
  try { if (answer?.ok) sessionStorage.setItem('visit', today); } catch { /* told again on the next page: the server counts once */ }
}

if (document.body.dataset.viewer && !told()) {
  const timer = setInterval(() => {
    if (document.hidden || !document.hasFocus() || ++seconds < 10) return;
    clearInterval(timer);
    tell();
  }, 1000);
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, tell, { once: true, passive: true });
}
