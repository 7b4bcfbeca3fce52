// One visit a day and session, told after ten seconds in front of the reader: the count of active people, nothing finer.
import { post } from './page.js';

const today = new Date().toISOString().slice(0, 10);
let seconds = 0;

function told() { try { return sessionStorage.getItem('visit') === today; } catch { return false; } }

if (document.body.dataset.viewer && !told()) {
  const timer = setInterval(async () => {
    if (document.hidden || !document.hasFocus() || ++seconds < 10) return;
    clearInterval(timer);
    const answer = await post('/presence/visit').catch(() => null);
    try { if (answer?.ok) sessionStorage.setItem('visit', today); } catch { /* told again on the next page: the server counts once */ }
  }, 1000);
}
