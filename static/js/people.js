// The field of a skill: words of the vocabulary are suggested while one types; the field stays a textbox that takes any word.
import { asking, listbox } from './core/listbox.js';

/** Gives the input inside `holder` its list; data-suggest is the address that answers with a listbox. */
export function start(holder) {
  const input = holder.querySelector('input[type="text"]');
  if (!input || !holder.dataset.suggest) return;
  listbox(input, {
    asked: () => (input.value.trim().length > 1 ? input.value.trim() : ''),
    address: words => asking(holder.dataset.suggest, words),
    take: option => { input.value = option.dataset.value; },
    place: list => input.after(list),
    said: n => (holder.dataset.textSuggestions ?? '').replace('{n}', n),
  });
}
