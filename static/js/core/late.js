// Answers that come late. Of several controls that change one part of the page, `hx-sync="#a-stable-ancestor:queue all"` keeps the order;
// this gives the answer of a control that was itself replaced meanwhile to the part that took its place, and still says its refusal.
import htmx from 'htmx.org';

htmx.registerExtension('late', {
  htmx_before_response(source, { ctx }) {
    if (ctx.target?.id && !ctx.target.isConnected) ctx.target = document.getElementById(ctx.target.id) ?? ctx.target;
  },
  htmx_response_error(source, detail) {
    if (!source.isConnected) document.dispatchEvent(new CustomEvent('htmx:response:error', { detail }));
  },
});
