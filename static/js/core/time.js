// <time datetime data-relative>: the server writes the date, this says how long ago. Older than a week, the date stays.
import { whenAdded } from './added.js';
import { language } from './page.js';

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' });
const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

function paint(element) {
  const at = new Date(element.dateTime);
  const seconds = (at - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return;
  element.title ||= exact.format(at);
  element.dataset.shown ??= element.textContent;
  if (Math.abs(seconds) > 7 * 86400) { element.textContent = element.dataset.shown; return; }
  const [unit, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  const words = unit === 'second' ? relative.format(0, 'second') : relative.format(Math.round(seconds / size), unit);
  if (element.textContent !== words) element.textContent = words;
}

whenAdded('time[data-relative]', paint);
setInterval(() => { if (!document.hidden) document.querySelectorAll('time[data-relative]').forEach(paint); }, 30_000);
