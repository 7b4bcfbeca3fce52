// A grid of the system's own emoji, loaded at first use: groups, search in the page's language, arrow keys, Escape to go back.
import { failed, toast } from './page.js';

let all;
const panels = new WeakMap();
const plain = words => ` ${words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()}`;

async function load() {
  all ??= fetch(document.body.dataset.emoji).then(answer => answer.json())
    .then(list => list.map(([sign, words, group]) => ({ sign, words, plain: plain(words), group })))
    .catch(() => { all = undefined; return null; });
  return all;
}

function button({ sign, words }) {
  const key = document.createElement('button');
  key.type = 'button';
  key.tabIndex = -1;
  key.textContent = sign;
  key.title = words.split(' ').slice(0, 4).join(' ');
  key.setAttribute('aria-label', key.title);
  return key;
}

function panel(opener, area, list) {
  const box = document.createElement('div');
  box.className = 'emoji';
  const search = Object.assign(document.createElement('input'), { type: 'search', placeholder: opener.dataset.textSearch });
  search.setAttribute('aria-label', opener.dataset.textSearch);
  const grid = document.createElement('div');
  grid.className = 'grid';
  const groups = opener.dataset.textGroups.split('|');
  let found = list; let shown = 0;

  const draw = () => {
    for (const item of found.slice(shown, shown + 180)) {
      if (!search.value && item.group !== found[shown - 1]?.group) {
        const title = document.createElement('h4');
        title.textContent = groups[item.group];
        grid.append(title);
      }
      grid.append(button(item));
      shown += 1;
    }
    const first = grid.querySelector('button');
    if (first && !grid.querySelector('button[tabindex="0"]')) first.tabIndex = 0;
  };
  const filter = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean).map(word => ` ${word}`);
    found = words.length ? list.filter(item => words.every(word => item.plain.includes(word)))
      .sort((a, b) => a.plain.indexOf(words[0]) - b.plain.indexOf(words[0])) : list; // what is called so comes before what is like it
    shown = 0;
    grid.replaceChildren();
    grid.scrollTop = 0;
    if (found.length) draw();
    else grid.append(Object.assign(document.createElement('h4'), { textContent: opener.dataset.textNone }));
  };
  search.addEventListener('input', filter);
  search.addEventListener('keydown', event => {
    if (event.key === 'Enter') event.preventDefault();
    if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); grid.querySelector('button')?.focus(); }
  });
  grid.addEventListener('scroll', () => { if (grid.scrollTop + grid.clientHeight > grid.scrollHeight - 120 && shown < found.length) draw(); });
  grid.addEventListener('click', ({ target }) => {
    const key = target.closest('button');
    if (!key) return;
    area.setRangeText(key.textContent, area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    close(opener);
    area.focus();
  });
  grid.addEventListener('keydown', event => move(event, grid));
  box.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close(opener);
    opener.focus();
  });
  filter();
  box.append(search, grid);
  return box;
}

function move(event, grid) {
  const keys = [...grid.querySelectorAll('button')];
  const at = keys.indexOf(document.activeElement);
  if (at < 0) return;
  const wide = Math.max(1, Math.floor(grid.clientWidth / keys[0].offsetWidth));
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = keys[Math.max(0, Math.min(keys.length - 1, at + step))];
  keys[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function close(opener) {
  const box = panels.get(opener);
  if (box) box.hidden = true;
  opener.setAttribute('aria-expanded', 'false');
}

/** Opens or closes the grid that belongs to this button; what is chosen goes to the caret of `area`. */
export async function toggle(opener, area) {
  let box = panels.get(opener);
  if (box && !box.hidden) { close(opener); return; }
  if (!box) {
    const signs = await load();
    if (!signs) { toast(failed(), 'error'); return; }
    box = panel(opener, area, signs);
    panels.set(opener, box);
    opener.closest('.tools, form')?.append(box);
  }
  box.hidden = false;
  opener.setAttribute('aria-expanded', 'true');
  box.querySelector('input').focus();
}
