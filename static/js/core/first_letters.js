// The search box of every page: what begins like what is typed, to be opened at once. Enter without a choice searches as ever.
import { asking, listbox } from './listbox.js';

/** Gives the field its list; data-first is the address that answers with it. */
export function start(field) {
  const asked = () => (field.value.trim().length > 1 ? field.value.trim() : '');
  listbox(field, {
    asked,
    address: words => asking(field.dataset.first, words),
    take: option => location.assign(option.dataset.value),
    place: list => field.after(list),
    said: n => field.dataset.textSuggestions.replace('{n}', n),
  });
  if (asked() && field.value !== field.defaultValue) field.dispatchEvent(new InputEvent('input'));
}
