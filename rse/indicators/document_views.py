"""Pages of the texts that go with the figures: to read, to print, to download, in both languages."""

from typing import Any, Literal

from flask import Response, render_template, request

from rse.core import clock, company, db, i18n
from rse.core.api import Schema
from rse.core.i18n import enumeration
from rse.core.policy import NotFound
from rse.core.render import contacts
from rse.core.retention import days
from rse.core.web import EMPLOYEE, page, read_address, registry, route, settings
from rse.indicators import documents, pauses, signals, tables
from rse.indicators.documents import Document, Facts
from rse.indicators.signal_views import blueprint

__all__ = ["blueprint"]
ROLLUPS = "rollups"  # what our own feature keeps


class Reading(Schema):
    """The language of a text; the reader's own when it is not given."""

    language: Literal["fr", "en"] | None = None


def _facts() -> Facts:
    """Gather what the settings say, in the language that is spoken now."""
    session, here = db.session(), settings()
    named = contacts()["contacts"]
    keeps = {one.key: one for one in registry().all("keeps")}
    return Facts(
        company=company.get(session, "name") or here.company,
        address=here.base_url,
        day=i18n.format_date(clock.today(here.timezone)),
        zone=here.timezone,
        floor=here.floor,
        rollup_days=days(session, keeps[ROLLUPS]),
        contact=_reachable(named.get("contact", ""), named.get("contact_email", "")),
        privacy=_reachable(named.get("privacy", ""), named.get("privacy_email", "")),
        sites=enumeration(sorted(pauses.sites(session))) if pauses.sites(session) else "",
        strict=signals.strict_only(session),
        restricted=company.figures_restricted(session),
        pulse=not pauses.pulse_off(session),
        kept={str(one.label): days(session, one) for one in keeps.values()},
    )


def _reachable(name: str, email: str) -> str:
    return ", ".join(filter(None, (name, email)))


def _document(name: str) -> tuple[str, Document]:
    """Give a text and its language. Raises NotFound for a name that is none."""
    if name not in documents.NAMES:
        raise NotFound
    language = read_address(Reading, request.args.to_dict()).language or i18n.get_locale()
    with i18n.speaking(language):
        return language, documents.write(name, language, _facts())


@route(blueprint, "/indicators/texts/<name>", rule=EMPLOYEE)
def text(name: str) -> Any:
    """Show a text, ready to be printed."""
    language, document = _document(name)
    return page(
        "indicators/text.html", name=name, language=language, document=document, names=documents.NAMES
    )


@route(blueprint, "/indicators/texts/<name>/file", rule=EMPLOYEE, limit="30/minute")
def text_file(name: str) -> Response:
    """Give a text as a file that word processors open."""
    language, document = _document(name)
    whole = render_template("indicators/text_file.html", language=language, document=document)
    answer = Response(whole, mimetype="text/html")
    filename = f"{tables.plain(document.title)[:60]}.{language}.html"
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    return answer
