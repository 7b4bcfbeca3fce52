"""axe-core in a page: what it finds, as lines that a failing test can show."""

from pathlib import Path
from typing import Any

from tests import servers

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
