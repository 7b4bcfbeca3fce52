// Under an empty composer: two or three ways to begin. They go when one writes, and do not come back once they are switched off.
const OFF = `openings:off:${document.body.dataset.viewer ?? ''}`;
const off = () => { try { return localStorage.getItem(OFF) !== null; } catch { return false; } };

/** Fetches them for the composer's place and shows them while nothing is written there. */
export async function offer(form, area) {
  if (off()) return;
  const answer = await fetch(`/drafts/openings?place=${encodeURIComponent(form.dataset.keep)}`, { headers: { 'HX-Request': 'true' }, credentials: 'same-origin' }).catch(() => null);
  if (answer?.status !== 200 || area.value.trim()) return;
  const found = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.openings');
  if (!found || !form.isConnected) return;
  const box = document.importNode(found, true);
  area.closest('.row')?.after(box);
  const gone = () => box.remove();
  area.addEventListener('input', gone, { once: true });
  box.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (!button) return;
    if (button.hasAttribute('data-openings-off')) {
      try { localStorage.setItem(OFF, '1'); } catch { /* refused: they come again */ }
      gone();
      area.focus();
      return;
    }
    const kind = [...form.querySelectorAll('input[name="kind"]')].find(one => one.value === button.dataset.kind);
    if (kind && !kind.checked) kind.click();
    area.value = button.dataset.begins;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
