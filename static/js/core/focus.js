// The focus is never lost by a swap: htmx keeps it on an element with an id; this sees to the rest.
let before;

document.addEventListener('htmx:before:swap', ({ detail: { ctx } }) => {
  const source = ctx.sourceElement;
  before = { next: source?.hasAttribute?.('data-focus-next'), had: document.activeElement !== document.body, target: ctx.target,
    name: document.activeElement?.getAttribute?.('name'), value: document.activeElement?.getAttribute?.('value') };
});
document.addEventListener('htmx:after:settle', ({ target, detail: { newContent } }) => {
  if (!before) return;
  const first = newContent.find(node => node.nodeType === 1 && !node.matches('.more'));
  if (before.next) {
    before.next = false;
    put(first?.querySelector('a[href], button') ?? first);
  } else if (before.had && document.activeElement === document.body) {
    const same = before.name && target.querySelector?.(`[name="${CSS.escape(before.name)}"]${before.value ? `[value="${CSS.escape(before.value)}"]` : ''}`);
    put(target.querySelector?.('[aria-invalid="true"], [data-focus]') ?? same ?? (target.isConnected ? target : first));
  }
});

function put(element) {
  if (!element) return;
  if (!element.matches('a[href], button, input, select, textarea, [tabindex]')) element.setAttribute('tabindex', '-1');
  element.focus({ preventScroll: false });
}
