"""axe-core in a page: what it finds, as lines that a failing test can show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests import servers

WIDTHS = (320, 390, 1024, 1440)
USUAL = ((390, "light"), (1440, "dark"))
SCRIPT = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# From the top of the page: what has scrolled half under the bar is not "too small". A page that still scrolls by
# itself (a discussion to its end) is looked at again.
RUN = """async ([scope, rules]) => {
  let found;
  for (let tries = 0; tries < 3; tries += 1) {
    scrollTo({ top: 0, behavior: 'instant' });
    found = await axe.run(scope ?? document, { runOnly: rules, resultTypes: ['violations'] });
    if (scrollY === 0) break;
  }
  return found;
}"""


def violations(page: Any, scope: str | None = None) -> list[str]:
    """Run axe on the page, or on the part that `scope` selects; one line for each rule that fails.

    The script goes in through the debugger, which the content security policy of the page does not stop.
    """
    if not SCRIPT.exists():
        servers.missing("axe-core (npm ci --ignore-scripts)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text())
    found = page.evaluate(RUN, [scope, RULES])
    return [
        f"{one['id']} ({one['impact']}) x{len(one['nodes'])}: {one['nodes'][0]['html'][:160]} - "
        f"{one['nodes'][0].get('failureSummary', one['help'])[:240]}"
        for one in found["violations"]
    ]


def overflow(page: Any) -> int:
    """By how many pixels the page is wider than its window; 0 or less is right."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def everywhere(page: Any, looks: Sequence[tuple[int, str]] = USUAL) -> list[str]:
    """What is wrong with the page: wider than its window at any width, or found by axe at these widths and themes."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (wider := overflow(page)) > 0:
            found.append(f"{width}: {wider} pixels wider than the window")
        for theme in (theme for at, theme in looks if at == width):
            page.emulate_media(color_scheme=theme)
            found += [f"{width} {theme}: {one}" for one in violations(page)]
    return found
