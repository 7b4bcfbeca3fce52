// The tools below a textarea: they write Markdown into it. Arrow keys go from one to the next; Ctrl or Cmd with B, I, K in the text.
const around = { bold: '**', italic: '_', code: '`' };
const ahead = { list: '- ', ordered: '1. ', quote: '> ' };

function edit(area, name) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const inside = value.slice(start, end);
  area.focus();
  if (around[name]) {
    const mark = around[name];
    area.setRangeText(mark + inside + mark, start, end, 'end');
    if (!inside) area.selectionStart = area.selectionEnd = start + mark.length;
  } else if (ahead[name]) {
    const from = value.lastIndexOf('\n', start - 1) + 1;
    area.setRangeText(value.slice(from, end).replace(/^/gm, ahead[name]), from, end, 'end');
  } else if (name === 'link') {
    area.setRangeText(`[${inside}](https://)`, start, end, 'end');
    if (!inside) area.selectionStart = area.selectionEnd = start + 1;
  } else if (name === 'mention') {
    const before = start && !/\s/.test(value[start - 1]) ? ' @' : '@';
    area.setRangeText(before, start, end, 'end');
  }
  area.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** Gives life to a toolbar (data-md-for names its textarea) and shows it. */
export function start(bar) {
  const area = document.getElementById(bar.dataset.mdFor);
  if (!area) return;
  const buttons = [...bar.querySelectorAll('button')];
  buttons.forEach((button, at) => { button.tabIndex = at ? -1 : 0; });
  bar.hidden = false;
  bar.addEventListener('click', async ({ target }) => {
    const button = target.closest('button');
    if (button?.dataset.md) edit(area, button.dataset.md);
    if (button?.dataset.emoji !== undefined) (await import('./emoji.js')).toggle(button, area);
  });
  bar.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach(button => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });
  area.addEventListener('keydown', event => {
    const name = { b: 'bold', i: 'italic', k: 'link' }[event.key];
    if (!name || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    edit(area, name);
  });
}
