// The field of a skill: words of the vocabulary are suggested while one types; the field stays a textbox that takes any word.
import { announce } from './core/page.js';

let count = 0;

/** Gives the input inside `holder` its list; data-suggest is the address that answers with a listbox. */
export function start(holder) {
  const input = holder.querySelector('input[type="text"]');
  if (!input || !holder.dataset.suggest) return;
  let list; let chosen = -1; let asking; let timer;
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-expanded', 'false');

  const options = () => [...(list?.querySelectorAll('[role="option"]') ?? [])];
  const close = () => {
    asking?.abort();
    list?.remove();
    list = undefined;
    chosen = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    input.removeAttribute('aria-controls');
  };
  const point = index => {
    const all = options();
    chosen = (index + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute('aria-selected', String(at === chosen)));
    all[chosen].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', all[chosen].id);
  };
  const take = option => {
    input.value = option.dataset.value;
    close();
    input.focus();
  };
  const show = html => {
    const found = new DOMParser().parseFromString(html, 'text/html').querySelector('[role="listbox"]');
    close();
    if (!found?.querySelector('[role="option"]')) return;
    list = document.importNode(found, true);
    list.id = `skills-${++count}`;
    list.classList.add('suggest');
    list.querySelectorAll('[role="option"]').forEach((option, at) => { option.id = `${list.id}-${at}`; });
    list.addEventListener('pointerdown', event => {
      event.preventDefault();
      const option = event.target.closest('[role="option"]');
      if (option) take(option);
    });
    input.after(list);
    input.setAttribute('aria-controls', list.id);
    input.setAttribute('aria-expanded', 'true');
    announce((holder.dataset.textSuggestions ?? '').replace('{n}', options().length));
  };
  const ask = async words => {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(holder.dataset.suggest, location.href);
    url.searchParams.set('q', words);
    try {
      const answer = await fetch(url, { headers: { 'HX-Request': 'true' }, signal: asking.signal });
      if (answer.ok) show(await answer.text());
    } catch { /* typed on, or no network: no list */ }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length > 1) timer = setTimeout(ask, 120, words);
    else close();
  });
  input.addEventListener('keydown', event => {
    if (!list || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point(chosen < 0 && step < 0 ? -1 : chosen + step);
    else if (event.key === 'Enter' && chosen >= 0) take(options()[chosen]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener('blur', () => setTimeout(close, 150));
}
