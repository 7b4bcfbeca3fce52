// The demo identity provider works without this: it posts the answer by itself, and searches while one types.
const auto = document.querySelector('form[data-auto]');
if (auto) auto.requestSubmit();

const field = document.querySelector('#q');
const results = document.querySelector('#results');
if (field && results) {
  let waiting, asked = 0;
  const show = async () => {
    const turn = ++asked;
    const address = new URL(location.href);
    address.searchParams.set('q', field.value);
    const answer = await fetch(address);
    if (!answer.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const held = results.contains(document.activeElement) ? document.activeElement.value : null;
    results.replaceChildren(...page.querySelector('#results').childNodes);
    if (held) [...results.querySelectorAll('.idp-pick')].find(pick => pick.value === held)?.focus();
    document.querySelector('#found').textContent = results.querySelector('#all-title').textContent;
    history.replaceState(null, '', address);
  };
  field.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(show, 150); });
  if (field.value !== field.defaultValue) show(); // typed before this was here
  field.form.addEventListener('submit', event => { event.preventDefault(); clearTimeout(waiting); show(); });
  document.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [field, ...results.querySelectorAll('.idp-pick')];
    const now = stops.indexOf(document.activeElement);
    if (!step || now < 0) return;
    event.preventDefault();
    stops[Math.min(Math.max(now + step, 0), stops.length - 1)].focus();
  });
}
