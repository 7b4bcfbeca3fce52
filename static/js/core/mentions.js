// Completion of @names. The textarea stays a textbox: the list is pointed at by aria-controls and aria-activedescendant.
import { asking, listbox } from './listbox.js';

const mention = /(?:^|[\s(«“"'])@([\p{L}\p{N}._'’-]{1,40}(?: [\p{L}'’-]{1,30})?)$/u;

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
  const asked = () => area.value.slice(0, area.selectionStart).match(mention)?.[1] ?? '';
  listbox(area, {
    asked,
    address: words => {
      const url = asking(holder.dataset.mentions, words);
      const place = url.searchParams.has('groups') && area.form?.querySelector('[name="group"]')?.value;
      if (place) url.searchParams.set('in', place);
      return url;
    },
    take: option => {
      const end = area.selectionStart;
      area.setRangeText(`${option.dataset.value} `, end - asked().length - 1, end, 'end');
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    },
    place: list => {
      const { left, top } = caret(area);
      holder.append(list);
      list.style.left = `${Math.max(0, Math.min(left, holder.clientWidth - list.offsetWidth))}px`;
      list.style.top = `${top + 4}px`;
    },
    said: n => (area.dataset.textSuggestions ?? '').replace('{n}', n),
    first: true,
    keys: ['Enter', 'Tab'],
    combobox: false,
  });
}
