// Elements come with the page, with a swap, or from another module: this runs `fn` once on each, whenever it comes.
const wanted = [];
const done = new WeakMap();

function take(element, selector, fn) {
  const seen = done.get(element) ?? done.set(element, new Set()).get(element);
  if (!seen.has(fn)) { seen.add(fn); fn(element); }
}

function look(root) {
  for (const [selector, fn] of wanted) {
    if (root.matches?.(selector)) take(root, selector, fn);
    root.querySelectorAll?.(selector).forEach(element => take(element, selector, fn));
  }
}

new MutationObserver(records => records.forEach(record => record.addedNodes.forEach(look)))
  .observe(document.documentElement, { childList: true, subtree: true });

/** Calls fn(element) for every element that matches `selector`, now and later. */
export function whenAdded(selector, fn) {
  wanted.push([selector, fn]);
  document.querySelectorAll(selector).forEach(element => take(element, selector, fn));
}
