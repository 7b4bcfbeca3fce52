// The place to write, and what is done to single messages: reply, edit, delete. All of it by keyboard too.
import { attachments } from '../core/attach.js';
import { forgetDrafts } from '../core/drafts.js';
import { failed, toast } from '../core/page.js';
import { call } from './wire.js';

const typingMs = 3000;

export function writing(room, { draw, send, change, remove, typing, more }) {
  const form = room.querySelector('.chat-write');
  const area = form?.querySelector('textarea');
  const about = form?.querySelector('.chat-about');
  const dialog = room.querySelector('dialog');
  const box = room.querySelector('.messages-scroll');
  let editing = ''; let replying = ''; let kept = ''; let told = 0; let current; let describing = false;

  function mode({ edit = '', reply = '', name = '' } = {}) {
    editing = edit;
    form.classList.toggle('editing', Boolean(edit));
    replying = reply;
    about.hidden = !edit && !reply;
    const cancel = about.querySelector('a');
    about.querySelector('span').textContent = edit ? cancel.dataset.textEdit : reply ? cancel.dataset.textReply.replace('{a}', name) : '';
  }
  function stop() {
    if (editing) { area.value = kept; kept = ''; }
    mode();
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    area.focus();
  }
  async function edit(element) {
    if (!element?.dataset.id || !form) return;
    try {
      const { body } = await call('GET', `/messages/${element.dataset.id}`);
      if (!editing) kept = area.value;
      mode({ edit: element.dataset.id });
      area.value = body;
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
      area.focus();
      area.setSelectionRange(body.length, body.length);
    } catch (error) { toast(error.message, 'error'); }
  }
  function reply(element) {
    if (!form) return;
    if (editing) stop();
    room.dispatchEvent(new CustomEvent('rse:reply', { detail: element.dataset.topic }));
    mode({ reply: element.dataset.id, name: element.querySelector('.who a').textContent });
    area.focus();
  }
  function ask(element) {
    dialog.returnValue = '';
    dialog.showModal();
    dialog.addEventListener('close', async () => {
      element.focus(); // at once: later it would take the focus from where its reader has gone
      if (dialog.returnValue !== 'delete') return;
      try { await remove(element.dataset.id); } catch (error) { toast(error.message, 'error'); }
    }, { once: true });
  }
  async function submit() {
    const body = area.value.trim();
    const files = editing ? undefined : attachments(form);
    if (describing || (!body && !files?.ids().length)) return;
    if (editing) {
      const id = editing;
      try { await change(id, body); area.value = kept; kept = ''; mode(); } catch (error) { toast(error.message || failed(), 'error'); return; }
    } else {
      const described = Object.entries(files?.described() ?? {});
      describing = described.length > 0;
      try { await Promise.all(described.map(([id, alt]) => call('PATCH', `/files/${id}`, { alt }))); } catch (error) { toast(error.message, 'error'); return; } finally { describing = false; }
      if (!send(body, replying || null, files?.ids())) return;
      area.value = '';
      files?.clear();
      mode();
    }
    forgetDrafts(form);
    told = 0;
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    area.focus();
  }

  form?.addEventListener('submit', event => { event.preventDefault(); submit(); });
  form?.addEventListener('keydown', event => {
    if (event.target !== area || event.isComposing) return;
    const touch = matchMedia('(pointer: coarse)').matches && !matchMedia('(pointer: fine)').matches;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey && !touch) {
      event.preventDefault();
      if (area.value.trim() || attachments(form)?.count()) form.requestSubmit();
    } else if (event.key === 'Escape' && (editing || replying)) stop();
    else if (event.key === 'ArrowUp' && !area.value && !editing) {
      const own = draw.all().filter(one => one.matches('.mine:not(.deleted)') && one.dataset.id).at(-1);
      if (own) { event.preventDefault(); edit(own); }
    }
  });
  form?.addEventListener('rse:attached', ({ detail }) => { area.required = !detail; });
  area?.addEventListener('input', () => {
    if (area.value.trim() && !editing && Date.now() - told > typingMs) { told = Date.now(); typing(); }
  });
  about?.querySelector('a').addEventListener('click', event => { event.preventDefault(); stop(); });

  (room.closest('.chat') ?? room).addEventListener('click', event => {
    const tool = event.target.closest('[data-act]');
    const element = tool?.closest('.message');
    if (!element) return;
    event.preventDefault();
    ({ reply, edit, more, react: more })[tool.dataset.act]?.(element, tool);
  });

  // From message to message by arrow keys; the tools of the one in front can be tabbed to.
  function front(element) {
    if (current) current.querySelectorAll('.message-tools :is(a, button)').forEach(one => { one.tabIndex = -1; });
    current = element;
    element?.querySelectorAll('.message-tools :is(a, button)').forEach(one => { one.tabIndex = 0; });
  }
  box.addEventListener('focusin', event => { const one = event.target.closest('.message'); if (one && one !== current) front(one); });
  box.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!step || event.target.closest('.message-tools')) return;
    const all = draw.all();
    const at = all.indexOf(document.activeElement.closest('.message'));
    const next = at < 0 ? all.at(-1) : all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (!next) return;
    event.preventDefault();
    front(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  });

  return {
    ask,
    /** Puts words back that could not be sent, before those that are being written. */
    again(body) {
      if (!area) return;
      if (editing) stop();
      area.value = area.value.trim() ? `${body}\n${area.value}` : body;
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
      area.focus();
    },
    busy: () => Boolean(editing),
    ready() {
      box.querySelectorAll('.message-tools :is(a, button)').forEach(one => { one.tabIndex = -1; });
      if (!form) return;
      const reply_to = form.elements.reply_to?.value;
      const change_of = form.getAttribute('action').match(/\/edit\/(\w+)$/)?.[1];
      if (change_of) mode({ edit: change_of });
      else if (reply_to) mode({ reply: reply_to, name: draw.find(reply_to)?.querySelector('.who a').textContent ?? '' });
      if (matchMedia('(pointer: fine)').matches && !location.search) area.focus({ preventScroll: true });
    },
  };
}
