// Files beside a text: chosen, dropped or pasted, each is sent at once, with its progress; the form then names them.
import { announce, csrf } from './page.js';

const forms = new WeakMap();

/** What is attached in a form: { ids(), busy(), described(), clear() }; nothing for a form without files. */
export const attachments = form => forms.get(form);

/** Words of the server for a refusal, in the reader's language. */
function reason(request) {
  try {
    const said = JSON.parse(request.responseText);
    return Object.values(said.errors ?? {}).flat().join(' ') || said.detail || said.title || '';
  } catch { return ''; }
}

export function start(box) {
  const form = box.closest('form');
  const pick = form.querySelector('.attach-pick input');
  const list = box.querySelector('.attach-files');
  const said = box.querySelector('.attach-said');
  const pattern = box.querySelector('template').content.firstElementChild;
  const say = box.dataset;
  const words = (name, a = '') => say[`text${name}`].replace('{a}', a);
  const running = new Map(); // item -> request
  let submitter; // who pressed "Publish" while files were on their way
  let depth = 0;

  // From here on the form brings names only; without this script it brings the files themselves.
  form.removeAttribute('enctype');
  pick.removeAttribute('name');

  const items = () => [...list.children];
  function tell(text, wrong = false) {
    said.textContent = text;
    said.classList.toggle('error', wrong);
  }
  function changed() {
    list.hidden = !list.children.length;
    form.dispatchEvent(new CustomEvent('rse:attached', { detail: items().length }));
    if (running.size || submitter === undefined) return;
    const by = submitter;
    submitter = undefined;
    tell('');
    form.requestSubmit(by ?? undefined);
  }

  function take(item) {
    const at = items().indexOf(item);
    const { name } = item.dataset;
    const request = running.get(item);
    running.delete(item);
    request?.abort();
    if (item.dataset.file && !item.dataset.kept) fetch(`/api/v1/files/${item.dataset.file}`, { method: 'DELETE', credentials: 'same-origin', headers: { 'X-CSRF-Token': csrf } }).catch(() => {});
    item.remove();
    announce(words('Gone', name));
    (items()[Math.min(at, items().length - 1)]?.querySelector('button') ?? pick).focus();
    changed();
  }
  function live(item) { item.querySelector('button').addEventListener('click', () => take(item)); }

  function arrived(item, file) {
    item.dataset.file = file.id;
    item.dataset.name = file.name;
    item.querySelector('progress')?.remove();
    item.querySelector('.attach-name').textContent = file.name;
    item.querySelector('button').setAttribute('aria-label', words('Remove', file.name));
    Object.assign(item.querySelector('input[type="hidden"]'), { name: 'attachments', value: file.id });
    if (file.type.startsWith('image/')) {
      const thumb = Object.assign(new Image(64, 64), { className: 'attach-thumb', alt: '', src: file.thumbnails['480'] });
      item.querySelector('.attach-thumb').replaceWith(thumb);
      const label = item.querySelector('.attach-alt');
      label.hidden = false;
      label.querySelector('input').name = `alt-${file.id}`;
    }
    announce(words('There', file.name));
  }

  function send(file) {
    const item = pattern.cloneNode(true);
    const bar = item.querySelector('progress');
    item.dataset.name = file.name;
    item.querySelector('.attach-name').textContent = file.name;
    bar.hidden = false;
    bar.setAttribute('aria-label', words('Sending', file.name));
    item.querySelector('button').setAttribute('aria-label', words('Cancel', file.name));
    live(item);
    list.append(item);
    const request = new XMLHttpRequest();
    running.set(item, request);
    request.open('POST', '/api/v1/files');
    request.setRequestHeader('X-CSRF-Token', csrf);
    request.upload.addEventListener('progress', event => { if (event.lengthComputable) bar.value = 100 * event.loaded / event.total; });
    request.addEventListener('loadend', () => {
      if (!running.delete(item)) return; // it was stopped
      if (request.status === 201) arrived(item, JSON.parse(request.responseText));
      else {
        submitter = undefined;
        item.remove();
        tell(reason(request) || words('Failed', file.name), true);
        announce(said.textContent);
      }
      changed();
    });
    const body = new FormData();
    body.set('file', file, file.name);
    request.send(body);
  }

  function add(files) {
    tell('');
    for (const file of files) {
      if (items().length >= Number(say.most)) { tell(words('Most'), true); announce(said.textContent); break; }
      if (file.size > Number(say.mostMb) * 1024 * 1024) { tell(words('Large', file.name), true); announce(said.textContent); continue; }
      send(file);
    }
    changed();
  }

  pick.addEventListener('change', () => { add([...pick.files]); pick.value = ''; });
  form.addEventListener('paste', event => {
    const { files, types } = event.clipboardData ?? {};
    if (!files?.length || types.includes('text/plain')) return; // a text with its picture: the text is meant
    event.preventDefault();
    add([...files]);
  });
  const carries = event => event.dataTransfer?.types.includes('Files');
  form.addEventListener('dragenter', event => { if (carries(event)) { depth += 1; form.classList.add('dropping'); } });
  form.addEventListener('dragleave', event => { if (carries(event) && (depth -= 1) <= 0) { depth = 0; form.classList.remove('dropping'); } });
  form.addEventListener('dragover', event => { if (carries(event)) event.preventDefault(); });
  form.addEventListener('drop', event => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    form.classList.remove('dropping');
    if (!event.target.matches('textarea')) form.querySelector('textarea')?.focus();
    add([...event.dataTransfer.files]);
  });
  form.addEventListener('submit', event => {
    if (!running.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    submitter = event.submitter ?? null;
    tell(words('Wait'));
  }, { capture: true });

  function clear() {
    for (const request of running.values()) request.abort();
    running.clear();
    submitter = undefined;
    list.replaceChildren();
    tell('');
    changed();
  }
  form.addEventListener('reset', clear);
  items().forEach(live);
  forms.set(form, {
    ids: () => items().map(item => item.dataset.file).filter(Boolean),
    busy: () => running.size > 0,
    count: () => items().length,
    /** { id: words } of the pictures that were described. */
    described: () => Object.fromEntries(items().map(item => [item.dataset.file, item.querySelector('.attach-alt input').value.trim()]).filter(([id, alt]) => id && alt)),
    clear,
  });
}
