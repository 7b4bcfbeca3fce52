// Completion of @names. The textarea stays a textbox: the list is pointed at by aria-controls and aria-activedescendant.
import { announce } from './page.js';

const asked = /(?:^|[\s(«“"'])@([\p{L}\p{N}._'’-]{1,40}(?: [\p{L}'’-]{1,30})?)$/u;
let count = 0;

/** Where the caret stands in the textarea, in pixels: a hidden copy of the text is laid out and measured. */
function caret(area) {
  const copy = document.createElement('div');
  const style = getComputedStyle(area);
  for (const name of ['font', 'letterSpacing', 'padding', 'border', 'boxSizing', 'width', 'lineHeight']) copy.style[name] = style[name];
  Object.assign(copy.style, { position: 'absolute', visibility: 'hidden', whiteSpace: 'pre-wrap', overflowWrap: 'break-word', top: 0, left: 0 });
  copy.textContent = area.value.slice(0, area.selectionStart);
  const mark = document.createElement('span');
  mark.textContent = '.';
  copy.append(mark);
  area.parentElement.append(copy);
  const place = { left: mark.offsetLeft, top: mark.offsetTop + mark.offsetHeight - area.scrollTop + area.offsetTop };
  copy.remove();
  return place;
}

/** Gives the textarea inside `holder` its completion; data-mentions is the address that answers with a list. */
export function start(holder) {
  const area = holder.querySelector('textarea');
  if (!area) return;
  let list; let chosen = -1; let asking; let timer;
  area.setAttribute('aria-autocomplete', 'list');

  const options = () => [...(list?.querySelectorAll('[role="option"]') ?? [])];
  const close = () => {
    asking?.abort();
    list?.remove();
    list = undefined;
    chosen = -1;
    area.removeAttribute('aria-activedescendant');
    area.removeAttribute('aria-controls');
  };
  const point = index => {
    const all = options();
    chosen = (index + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute('aria-selected', String(at === chosen)));
    all[chosen].scrollIntoView({ block: 'nearest' });
    area.setAttribute('aria-activedescendant', all[chosen].id);
  };
  const take = option => {
    const end = area.selectionStart;
    const from = end - area.value.slice(0, end).match(asked)[1].length - 1;
    area.setRangeText(`${option.dataset.value} `, from, end, 'end');
    close();
    area.focus();
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  };
  const show = html => {
    const found = new DOMParser().parseFromString(html, 'text/html').querySelector('[role="listbox"]');
    close();
    if (!found?.querySelector('[role="option"]')) return;
    list = document.importNode(found, true);
    list.id = `mentions-${++count}`;
    list.classList.add('suggest');
    list.querySelectorAll('[role="option"]').forEach((option, at) => { option.id = `${list.id}-${at}`; });
    const { left, top } = caret(area);
    holder.append(list);
    list.style.left = `${Math.max(0, Math.min(left, holder.clientWidth - list.offsetWidth))}px`;
    list.style.top = `${top + 4}px`;
    list.addEventListener('pointerdown', event => {
      event.preventDefault();
      const option = event.target.closest('[role="option"]');
      if (option) take(option);
    });
    area.setAttribute('aria-controls', list.id);
    point(0);
    announce((area.dataset.textSuggestions ?? '').replace('{n}', options().length));
  };
  const ask = async words => {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(holder.dataset.mentions, location.href);
    url.searchParams.set('q', words);
    try {
      const answer = await fetch(url, { headers: { 'HX-Request': 'true' }, signal: asking.signal });
      if (answer.ok) show(await answer.text());
    } catch { /* typed on, or no network: no list */ }
  };

  area.addEventListener('input', () => {
    clearTimeout(timer);
    const match = area.value.slice(0, area.selectionStart).match(asked);
    if (match) timer = setTimeout(ask, 120, match[1]);
    else close();
  });
  area.addEventListener('keydown', event => {
    if (!list || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point(chosen + step);
    else if (['Enter', 'Tab'].includes(event.key) && !event.ctrlKey && !event.metaKey && chosen >= 0) take(options()[chosen]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  area.addEventListener('blur', () => setTimeout(close, 150));
}
