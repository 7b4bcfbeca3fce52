// A thread that is open beside its conversation: shows what comes under its message, sends what is written there.
import { attachments } from '../core/attach.js';
import { forgetDrafts } from '../core/drafts.js';
import { toast } from '../core/page.js';
import { drawing } from './show.js';
import { sending } from './sending.js';
import { call } from './wire.js';

export function thread(section, room, { id, me, tell, counted }) {
  const root = section.dataset.thread;
  const box = section.querySelector('.thread-scroll');
  const form = section.querySelector('form');
  const area = form?.querySelector('textarea');
  const draw = drawing(room, me, section.querySelector('.messages'));
  const end = () => { box.scrollTop = box.scrollHeight; };
  const queue = sending({ id, me, room, draw, key: `waiting:${id}:${root}`, moved: end, stored: message => { tools(message); counted(message); } });

  /** What the pattern hides from Tab is within reach here: there are few. */
  function tools({ id: message }) {
    draw.find(message)?.querySelectorAll('.message-tools a').forEach(one => { one.tabIndex = 0; });
  }
  function show(event) {
    if (event.event !== 'message:new' && !draw.find(event.id)) return;
    if (event.event === 'message:new' && event.author.id !== me && !draw.find(event.id)) tell(event);
    const low = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    draw.put(event);
    tools(event);
    if (low || event.author.id === me) end();
  }

  let describing = false;
  form?.addEventListener('submit', async event => {
    event.preventDefault();
    const body = area.value.trim();
    const files = attachments(form);
    const ids = files?.ids() ?? [];
    if (describing || (!body && !ids.length)) return;
    const described = Object.entries(files?.described() ?? {});
    describing = described.length > 0;
    try {
      if (describing) await Promise.all(described.map(([file, alt]) => call('PATCH', `/files/${file}`, { alt })));
    } catch (error) { toast(error.message, 'error'); return; } finally { describing = false; }
    queue.send({ body, thread_id: root, attachments: ids });
    area.value = '';
    files?.clear();
    forgetDrafts(form);
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    area.focus();
  });
  form?.addEventListener('keydown', event => {
    const touch = matchMedia('(pointer: coarse)').matches && !matchMedia('(pointer: fine)').matches;
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || event.isComposing || touch) return;
    event.preventDefault();
    if (area.value.trim() || attachments(form)?.count()) form.requestSubmit();
  });
  form?.addEventListener('rse:attached', ({ detail }) => { area.required = !detail; });
  queue.restore();
  end();
  return { root, show, run: queue.run, get waiting() { return queue.waiting; } };
}
