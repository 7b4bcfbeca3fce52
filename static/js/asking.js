// Under a question while it is typed: the same one answered already, and who could answer. Nothing moves the writer's cursor.
import { announce } from './core/page.js';

const PAUSE = 600; // milliseconds without a key
const LEAST = 12; // characters

/** Called once for each element with data-module="asking"; it stands in the form of the question. */
export function start(place) {
  const form = place.closest('form');
  const area = form?.querySelector('textarea[name="body"]');
  if (!area) return;
  let timer;
  let running;
  let shown = '';
  const ask = async () => {
    const { title, group } = form.elements;
    const words = new URLSearchParams({ q: area.value, title: title?.value ?? '', group: group?.value ?? '' });
    const asked = words.toString();
    if (asked === shown || !place.isConnected) return;
    if (area.value.trim().length + (title?.value.trim().length ?? 0) < LEAST) { place.replaceChildren(); shown = ''; return; }
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`${place.dataset.suggest}?${asked}`, { headers: { 'HX-Request': 'true' }, credentials: 'same-origin', signal: running.signal })
        .catch(error => { if (error.name === 'AbortError') throw error; return null; });
      if (!answer?.ok) return;
      const chosen = new Set([...place.querySelectorAll('input:checked')].map(box => box.value));
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html').body;
      const before = place.textContent.trim();
      if (place.contains(document.activeElement)) return; // the writer is choosing
      place.replaceChildren(...[...page.children].map(part => document.importNode(part, true)));
      place.querySelectorAll('input[name="ask"]').forEach(box => { box.checked = chosen.has(box.value); });
      shown = asked;
      const heading = place.querySelector('.suggested')?.getAttribute('aria-label');
      if (heading && place.textContent.trim() !== before) announce(heading);
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); };
  for (const field of [area, form.elements.title, form.elements.group]) field?.addEventListener?.(field.matches('select') ? 'change' : 'input', later);
  later();
}
