// Small things that any page may ask for by an attribute.
//   data-dialog="id"   opens a <dialog>            data-copy="url"  copies a link, data-copy-text="id" the text of an element       data-reload-online  reloads with the network
//   form[data-reset]   empties itself when its request succeeded
//   form[data-submit-change] is sent when a field changes   textarea: Ctrl or Cmd + Enter sends
import { whenAdded } from './added.js';
import { forgetDrafts } from './drafts.js';
import { text, toast } from './page.js';

document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('[data-dialog], [data-copy], [data-copy-text]');
  if (!button) return;
  if (button.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal();
  const { copy, copyText } = button.dataset;
  if (copy !== undefined || copyText !== undefined) {
    const what = copyText === undefined ? new URL(copy, location.href).href : document.getElementById(copyText).textContent;
    await navigator.clipboard.writeText(what);
    button.closest('[popover]')?.hidePopover();
    toast(text('copied'), 'ok');
  }
});
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target.matches?.('textarea')) {
    event.preventDefault();
    event.target.form?.requestSubmit();
  }
});
document.addEventListener('change', ({ target }) => target.form?.matches('[data-submit-change]') && target.form.requestSubmit());
document.addEventListener('htmx:after:request', ({ target, detail: { ctx } }) => {
  const form = ctx.request.form ?? target;
  if (!form?.matches?.('form') || !ctx.response.raw.ok) return;
  forgetDrafts(form);
  if (form.matches('[data-reset]')) form.reset();
});
// A menu closes once one of its entries was used.
document.addEventListener('click', ({ target }) => {
  if (target.closest?.('.menu :is(a, button):not([data-theme-set])')) target.closest('[popover]').hidePopover();
});
// A composer opens with its text: when somebody goes there, or when a draft is in it already.
whenAdded('.composer', form => {
  const area = form.querySelector('textarea');
  const open = () => form.classList.add('open');
  area?.addEventListener('focus', open);
  area?.addEventListener('input', open);
  if (area?.value) open();
});
// Of tabs that do not fit, the one where the reader is stands in sight.
whenAdded('.tabs [aria-current]', tab => {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
});
// The name of a chosen file, beside its field.
whenAdded('[data-file-of]', place => {
  const field = document.getElementById(place.dataset.fileOf);
  const none = place.textContent;
  const show = () => { place.textContent = [...field.files].map(file => file.name).join(', ') || none; };
  field.addEventListener('change', show);
  field.form?.addEventListener('reset', () => setTimeout(show));
  show(); // a page that the browser restored
});
whenAdded('[data-reload-online]', () => addEventListener('online', () => location.reload()));
