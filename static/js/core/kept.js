// form[data-keep=PLACE]: what is written there is kept on the server too, and offered again on another device.
import { announce, icon, post } from './page.js';
import * as openings from './openings.js';

const PAUSE = 1500; // milliseconds without a key

/** The fields of a form as they are sent, without the page's own and without files. */
function written(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (name === 'csrf' || value instanceof File) data.delete(name);
  return data;
}

/** Puts a kept draft into a form; the kind comes first, since it brings fields of its own. */
function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements[name];
    if (field instanceof RadioNodeList) {
      const chosen = [...field].find(one => one.value === value);
      if (chosen && !chosen.checked) chosen.click();
    } else if (field && 'value' in field && typeof value === 'string') {
      field.value = value;
      if (field.matches('select')) field.dispatchEvent(new Event('change', { bubbles: true }));
    }
  }
}

/** A line under the text that offers what was begun elsewhere: it never writes into the text by itself. */
function offer(form, area, { id, fields }) {
  const line = document.createElement('p');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn small quiet';
  button.append(icon('file-text'), form.dataset.textKept);
  line.append(button);
  area.closest('.row')?.after(line);
  const gone = () => line.remove();
  area.addEventListener('input', gone, { once: true });
  button.addEventListener('click', () => {
    if (fields.attachments) { location.assign(`/drafts/${id}`); return; } // its own page shows the files
    fill(form, fields);
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
  });
  announce(form.dataset.textKept);
}

/** Called once for each such form, when somebody goes there; `before` is what stood in it then. */
export async function start(form, before) {
  const address = `/drafts/here?place=${encodeURIComponent(form.dataset.keep)}`;
  const area = form.querySelector('textarea');
  let timer;
  let held = false; // something of this place is on the server
  let last = new URLSearchParams(written(form)).toString();
  const keep = () => {
    const data = written(form);
    const now = new URLSearchParams(data).toString();
    if (now === last || !form.isConnected) return;
    [last, held] = [now, true];
    post(address, data).catch(() => { last = ''; }); // without a network it stays on this device
  };
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(keep, PAUSE); });
  form.addEventListener('submit', () => clearTimeout(timer));
  form.addEventListener('reset', () => {
    clearTimeout(timer);
    last = '';
    if (held) post(address, new FormData()).catch(() => { /* the next one takes its place */ });
    held = false;
  });
  if (area.value !== before) { last = ''; timer = setTimeout(keep, PAUSE); } // written before this script was there
  if (area.value.trim()) return;
  const answer = await fetch(address, { credentials: 'same-origin' }).catch(() => null);
  if (!answer) return; // without a network there is only what this device holds
  if (answer.status !== 200) {
    if (!area.value.trim()) openings.offer(form, area);
    return;
  }
  held = true;
  if (!area.value.trim()) offer(form, area, await answer.json());
}
