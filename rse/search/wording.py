"""How evidence of expertise is said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates

from rse.core import clock
from rse.core.i18n import _, enumeration, get_locale, language_name, ngettext
from rse.search.experts import Evidence, Expert, Known

ICONS = {
    "skill": "award",
    "endorsement": "thumbs-up",
    "kudos": "heart-handshake",
    "group": "users-round",
    "answer": "circle-check",
    "post": "file-text",
    "message": "messages-square",
}


def evidence_line(proof: Evidence) -> dict[str, Any]:
    """Give the words, the icon and the address of one piece of evidence."""
    levels = {1: _("beginner"), 2: _("practitioner"), 3: _("confirmed"), 4: _("reference")}
    if proof.kind == "skill":
        text = _("%(skill)s: %(level)s", skill=proof.label, level=levels.get(proof.count, ""))
    elif proof.kind == "endorsement":
        text = ngettext("confirmed by %(n)s colleague", "confirmed by %(n)s colleagues", proof.count)
    elif proof.kind == "answer":
        text = ngettext("%(n)s accepted answer", "%(n)s accepted answers", proof.count)
    elif proof.kind == "post":
        text = ngettext("%(n)s contribution", "%(n)s contributions", proof.count)
    elif proof.kind == "message":
        text = ngettext("%(n)s message in a group", "%(n)s messages in groups", proof.count)
    else:
        text = _activity(proof)
    quoted = proof.label if proof.kind in {"answer", "post", "message"} else ""
    return {"icon": ICONS[proof.kind], "text": text, "quoted": quoted, "url": proof.url, "at": proof.at}


def _activity(proof: Evidence) -> str:
    """Say what is not about one text: thanks, and answers in a group."""
    if proof.kind == "kudos":
        return ngettext(
            "thanked for it by %(n)s colleague", "thanked for it by %(n)s colleagues", proof.count
        )
    return ngettext(
        "%(n)s answer in %(group)s in 30 days",
        "%(n)s answers in %(group)s in 30 days",
        proof.count,
        group=proof.label,
    )


def reasons_of(found: Sequence[Expert]) -> dict[int, list[dict[str, Any]]]:
    """Give the evidence of each person with the words and the icon that it is shown with."""
    return {one.person.id: [evidence_line(proof) for proof in one.evidence] for one in found}


def facts_of(found: Sequence[Expert], zone: str) -> dict[int, list[tuple[str, str]]]:
    """Give what one should know before asking each person, as icon and words; `zone` is the reader's."""
    return {one.person.id: _facts(one.known, zone, clock.now()) for one in found}


def _facts(known: Known, zone: str, now: datetime) -> list[tuple[str, str]]:
    facts = []
    if known.languages:
        facts.append(("languages", enumeration([language_name(code) for code in known.languages])))
    there, here = (now.astimezone(ZoneInfo(name)) for name in (known.timezone or zone, zone))
    if there.utcoffset() != here.utcoffset():
        time = dates.format_time(now, "short", tzinfo=there.tzinfo, locale=get_locale())
        facts.append(("clock", _("%(time)s there now", time=time)))
    if known.resting:
        facts.append(("bell-off", _("Does not want to be asked at present")))
    elif known.often:
        facts.append(("history", _("Asked often this week")))
    return facts
