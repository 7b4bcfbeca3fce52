"""The texts that go with the figures, written with the settings in force.

Notice to employees, impact assessment, note to the works council. They stand whole in each language under
`texts/`, since a translator and a lawyer read them whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rse.core import text
from rse.core.i18n import _, lazy
from rse.indicators.definitions import ALL

NAMES = {
    "notice": (
        lazy("Notice to employees"),
        lazy("What is counted, who sees what, for how long, your rights."),
    ),
    "dpia": (
        lazy("Impact assessment (template)"),
        lazy("What article 35 of the GDPR asks for, filled in as far as the settings know."),
    ),
    "works-council": (
        lazy("Note for the works council"),
        lazy("For information and consultation: what it is, what it is not, how to check it."),
    ),
}
LANGUAGES = ("fr", "en")
FOLDER = Path(__file__).with_name("texts")


@dataclass(frozen=True)
class Facts:
    """What the settings say; every text is in the language of the document."""

    company: str
    address: str
    day: str
    zone: str
    floor: int
    rollup_days: int
    contact: str
    privacy: str
    sites: str  # where figures are switched off, "" for nowhere
    strict: bool
    restricted: bool  # the company's figures are for leadership and the works council only
    pulse: bool  # the question is asked
    kept: Mapping[str, int]  # how many days, by what


@dataclass(frozen=True)
class Document:
    """A text in one language."""

    title: str
    body: str  # Markdown, without the title

    @property
    def html(self) -> str:
        """Give it as safe HTML whose highest headings are those of the second level."""
        found = text.render(self.body)
        for below, above in (("h3", "h2"), ("h4", "h3")):
            found = found.replace(f"<{below}>", f"<{above}>").replace(f"</{below}>", f"</{above}>")
        return found


@cache
def _source(name: str, language: str) -> str:
    return (FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8")


def write(name: str, language: str, facts: Facts) -> Document:
    """Write one of NAMES, to be called while speaking its language. Raises KeyError for another name."""
    if name not in NAMES:
        raise KeyError(name)
    source = _source(name, language)
    kept = [_("%(what)s: %(n)s days", what=label, n=days) for label, days in facts.kept.items()]
    values = {
        "company": facts.company,
        "address": facts.address,
        "day": facts.day,
        "zone": facts.zone,
        "floor": str(facts.floor),
        "rollup_days": str(facts.rollup_days),
        "contact": facts.contact or _("[somebody to ask: to be named in the administration]"),
        "privacy": facts.privacy or _("[data protection contact: to be named in the administration]"),
        "sites": _("Figures are switched off for: %(sites)s.", sites=facts.sites)
        if facts.sites
        else _("Figures are switched off for no site at present."),
        "strict": _("Strict mode is on: seldom wrong, blind to whispers.")
        if facts.strict
        else _("Strict mode is off: about one quiet fortnight in four gives a false signal."),
        "pulse": _("The pulse is switched on.")
        if facts.pulse
        else _("The pulse is switched off: nobody is asked, and no result is shown."),
        "who": _("leadership, the works council, community managers and data protection")
        if facts.restricted
        else _("every employee"),
        "figures": "\n".join(f"- **{one.name}** – {one.question}" for one in ALL),
        "keeps": "\n".join(f"- {line}" for line in kept),
    }
    for key, value in values.items():
        source = source.replace(f"{{{key}}}", value)
    title, _newline, body = source.partition("\n")
    return Document(title.removeprefix("# ").strip(), body.strip())
