"""How evidence of expertise is said."""

from typing import Any

from rse.core.i18n import _, ngettext
from rse.search.experts import Evidence

ICONS = {
    "skill": "award",
    "endorsement": "thumbs-up",
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
    else:
        text = ngettext("%(n)s message in a group", "%(n)s messages in groups", proof.count)
    quoted = proof.label if proof.kind in {"answer", "post", "message"} else ""
    return {"icon": ICONS[proof.kind], "text": text, "quoted": quoted, "url": proof.url, "at": proof.at}
