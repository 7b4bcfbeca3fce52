// Choosing people by typing their names: a field with a list below, and the chosen ones as buttons that take them out.
import { asking, listbox } from '../core/listbox.js';
import { announce, icon } from '../core/page.js';

export function start(holder) {
  const field = holder.querySelector('input[name="q"]');
  const chosen = holder.querySelector('.chosen');
  const say = holder.dataset;
  field.removeAttribute('name');

  const ids = () => [...chosen.querySelectorAll('input')].map(one => one.value);
  function add(id, name) {
    if (ids().includes(id)) return;
    const item = document.createElement('li');
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'tag' });
    button.setAttribute('aria-label', say.textRemove.replace('{a}', name));
    button.append(name, icon('x'));
    button.addEventListener('click', () => { item.remove(); field.focus(); });
    item.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'member_ids', value: id }), button);
    chosen.append(item);
    announce(name);
  }
  listbox(field, {
    asked: () => field.value.trim(),
    address: words => {
      const url = asking(say.chooser, words);
      for (const id of ids()) url.searchParams.append('member_ids', id);
      return url;
    },
    take: option => {
      add(option.dataset.id, option.dataset.name);
      field.value = '';
    },
    place: list => field.parentElement.append(list),
    said: n => say.textFound.replace('{a}', n),
    first: true,
  });
  // What the server wrote as boxes becomes buttons.
  for (const box of chosen.querySelectorAll('input[type="checkbox"]')) {
    const name = box.closest('label').querySelector('span:not(.avatar)').firstChild.textContent.trim();
    const { checked, value } = box;
    box.closest('li').remove();
    if (checked) add(value, name);
  }
  field.addEventListener('keydown', event => {
    if (event.key === 'Backspace' && !field.value) chosen.lastElementChild?.remove();
    else if (event.key === 'Enter') event.preventDefault();
  });
}
