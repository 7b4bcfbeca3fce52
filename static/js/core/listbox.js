// The list of suggestions of a text field, and its keyboard: one for mentions, skills and people. The focus stays in the field.
// A list is shown until the next one is there; an answer for a text that is no longer there is not shown; what is chosen stays chosen
// when the next list has it too. The server answers with a [role="listbox"] of options, each with data-value (or data-id).
import { announce } from './page.js';

const options = list => [...(list?.querySelectorAll('[role="option"]') ?? [])];
const nameOf = option => option?.dataset.value ?? option?.dataset.id;
let count = 0;

/**
 * asked()     the words to complete at this moment, '' for none        address(words)  where the list is asked for (a URL)
 * take(option) puts a choice into the field                            place(list)     puts the list into the page
 * said(n)     what a screen reader hears of n suggestions              first           true: the first option is chosen at once
 * keys        the keys that take the chosen option                     combobox        false for a textarea, which stays a textbox
 */
export function listbox(field, { asked, address, take, place, said, first = false, keys = ['Enter'], combobox = true }) {
  let list; let chosen; let asking; let timer;
  const expanded = open => { if (combobox) field.setAttribute('aria-expanded', String(open)); };
  field.setAttribute('aria-autocomplete', 'list');
  if (combobox) field.setAttribute('role', 'combobox');
  expanded(false);

  function remove() {
    list?.remove();
    list = chosen = undefined;
    expanded(false);
    field.removeAttribute('aria-activedescendant');
    field.removeAttribute('aria-controls');
  }
  function close() {
    clearTimeout(timer);
    asking?.abort();
    remove();
  }
  function point(option) {
    chosen = option;
    for (const one of options(list)) one.setAttribute('aria-selected', String(one === chosen));
    chosen.scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', chosen.id);
  }
  function step(by) {
    const all = options(list);
    const at = chosen ? all.indexOf(chosen) + by : by > 0 ? 0 : -1;
    point(all[(at + all.length) % all.length]);
  }
  function choose(option) {
    take(option);
    close();
    field.focus();
  }
  function show(html) {
    const found = new DOMParser().parseFromString(html, 'text/html').querySelector('[role="listbox"]');
    const before = nameOf(chosen);
    remove();
    if (!found?.querySelector('[role="option"]')) return;
    list = document.importNode(found, true);
    list.id = `suggestions-${++count}`;
    list.classList.add('suggest');
    const all = options(list);
    all.forEach((option, at) => { option.id = `${list.id}-${at}`; });
    list.addEventListener('pointerdown', event => {
      event.preventDefault();
      const option = event.target.closest('[role="option"]');
      if (option) choose(option);
    });
    place(list);
    expanded(true);
    field.setAttribute('aria-controls', list.id);
    const same = before && all.find(option => nameOf(option) === before);
    if (same || first) point(same || all[0]);
    announce(said(all.length));
  }
  async function ask(words) {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(address(words), { headers: { 'HX-Request': 'true' }, signal });
      const html = answer.ok ? await answer.text() : '';
      if (!signal.aborted && asked() === words) show(html);
    } catch { /* typed on, or no network: the list stays as it is */ }
  }

  field.addEventListener('input', () => {
    clearTimeout(timer);
    const words = asked();
    if (words) timer = setTimeout(ask, 120, words);
    else close();
  });
  field.addEventListener('keydown', event => {
    if (!list || event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) step(by);
    else if (chosen && keys.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.shiftKey) choose(chosen);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  field.addEventListener('blur', () => setTimeout(() => { if (document.activeElement !== field) close(); }, 150));
  const early = document.activeElement === field && field.value !== field.defaultValue && asked(); // typed before this script was there
  if (early) timer = setTimeout(ask, 120, early);
}

/** The address of a list with the words in it. */
export function asking(base, words) {
  const url = new URL(base, location.href);
  url.searchParams.set('q', words);
  return url;
}
