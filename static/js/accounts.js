// The code of an emergency link stands behind the # of its address, so that it reaches no log: it goes into the form from here.

/** Moves the code into the field of the page, out of the address and its history, and goes on. */
export function start(holder) {
  const form = holder.querySelector('form'), code = location.hash.slice(1);
  if (!form || !code) return;
  history.replaceState(null, '', location.pathname);
  form.elements.code.value = code;
  form.requestSubmit();
}
