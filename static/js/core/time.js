// <time datetime data-relative>: the server writes the date, this says how long ago. Older than a week, the date stays.
// Days are those of the calendar, in the time zone of the reader: 36 hours ago is yesterday or the day before, as it was.
import { whenAdded } from './added.js';
import { language, writing } from './page.js';

const zone = { timeZone: document.body.dataset.timezone || undefined };
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat(writing, { dateStyle: 'full', timeStyle: 'short', ...zone });
const calendar = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone });
const minute = 60; const hour = 60 * minute;

const day = at => Date.parse(calendar.format(at)) / 86_400_000;

/** The words for a moment; undefined when it is too far away for other words than its date. */
function words(at, now) {
  const seconds = (at - now) / 1000;
  const apart = Math.abs(seconds);
  if (apart < minute) return relative.format(0, 'second');
  if (apart < hour) return relative.format(Math.round(seconds / minute), 'minute');
  const days = day(at) - day(now);
  if (days === 0 || apart < 6 * hour) return relative.format(Math.round(seconds / hour), 'hour');
  return Math.abs(days) <= 7 ? relative.format(days, 'day') : undefined;
}

function paint(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  element.title ||= exact.format(at);
  element.dataset.shown ??= element.textContent;
  const shown = words(at, Date.now()) ?? element.dataset.shown;
  if (element.textContent !== shown) element.textContent = shown;
}

whenAdded('time[data-relative]', paint);
setInterval(() => { if (!document.hidden) document.querySelectorAll('time[data-relative]').forEach(paint); }, 30_000);
