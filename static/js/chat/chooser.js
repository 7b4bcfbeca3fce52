// Choosing people by typing their names: a field with a list below, and the chosen ones as buttons that take them out.
import { announce, icon } from '../core/page.js';

let count = 0;

export function start(holder) {
  const field = holder.querySelector('input[name="q"]');
  const chosen = holder.querySelector('.chosen');
  const say = holder.dataset;
  let list; let at = -1; let asking; let timer;
  field.removeAttribute('name');
  field.setAttribute('role', 'combobox');
  field.setAttribute('aria-autocomplete', 'list');
  field.setAttribute('aria-expanded', 'false');

  const ids = () => [...chosen.querySelectorAll('input')].map(one => one.value);
  const options = () => [...(list?.querySelectorAll('[role="option"]') ?? [])];
  function close() {
    asking?.abort();
    list?.remove();
    list = undefined;
    at = -1;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
    field.removeAttribute('aria-controls');
  }
  function point(index) {
    const all = options();
    if (!all.length) return;
    at = (index + all.length) % all.length;
    all.forEach((one, n) => one.setAttribute('aria-selected', String(n === at)));
    all[at].scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', all[at].id);
  }
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
  function take(option) {
    add(option.dataset.id, option.dataset.name);
    field.value = '';
    close();
    field.focus();
  }
  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(say.chooser, location.href);
    url.searchParams.set('q', field.value.trim());
    for (const id of ids()) url.searchParams.append('member_ids', id);
    const answer = await fetch(url, { headers: { 'HX-Request': 'true' }, signal: asking.signal }).catch(() => null);
    if (!answer?.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[role="listbox"]');
    close();
    if (!found?.children.length || !field.value.trim()) return;
    list = document.importNode(found, true);
    list.id = `people-${++count}`;
    list.classList.add('suggest');
    options().forEach((one, n) => { one.id = `${list.id}-${n}`; });
    list.addEventListener('pointerdown', event => {
      event.preventDefault();
      const option = event.target.closest('[role="option"]');
      if (option) take(option);
    });
    field.parentElement.append(list);
    field.setAttribute('aria-expanded', 'true');
    field.setAttribute('aria-controls', list.id);
    point(0);
    announce(say.textFound.replace('{a}', options().length));
  }
  // What the server wrote as boxes becomes buttons.
  for (const box of chosen.querySelectorAll('input[type="checkbox"]')) {
    const name = box.closest('label').querySelector('span:not(.avatar)').firstChild.textContent.trim();
    const { checked, value } = box;
    box.closest('li').remove();
    if (checked) add(value, name);
  }
  field.addEventListener('input', () => { clearTimeout(timer); if (field.value.trim()) timer = setTimeout(ask, 120); else close(); });
  field.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Backspace' && !field.value) { chosen.lastElementChild?.remove(); return; }
    if (event.key === 'Enter' && !list) { event.preventDefault(); return; }
    if (!list || event.isComposing) return;
    if (step) point(at + step);
    else if (event.key === 'Enter' && at >= 0) take(options()[at]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  });
  field.addEventListener('blur', () => setTimeout(close, 150));
}
