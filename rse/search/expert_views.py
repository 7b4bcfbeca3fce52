"""The page of experts: plain links and forms."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for

from rse.core import db
from rse.core.i18n import _, language_name, number
from rse.core.web import SIGNED_IN, page, route, viewer
from rse.people.views import has_messages
from rse.search import queries
from rse.search.current import asker, backend, in_turn
from rse.search.experts import Expert
from rse.search.schemas import ExpertsInput
from rse.search.topics import topic_of
from rse.search.views import PER_MINUTE, blueprint, read
from rse.search.wording import facts_of, reasons_of

Facet = tuple[str, list[tuple[str, str, str, bool]]]
SHOWN = 8  # values of a facet


@route(blueprint, "/experts", rule=SIGNED_IN, limit=PER_MINUTE)
@in_turn
def experts() -> Any:
    """Show who knows about a subject, each with the reasons."""
    asked, errors = read(ExpertsInput)
    subject = topic_of(asked.q) or asked.q
    about = asked.model_copy(update={"q": subject})
    who = viewer()
    found = queries.find_experts(asker(db.session(), who), about) if not errors else []
    return page(
        "search/experts.html",
        422 if errors else 200,
        asked=asked,
        subject=subject,
        errors=errors,
        experts=found,
        reasons=reasons_of(found),
        facts=facts_of(found, who.timezone),
        places=_places(asked, found),
        sparing=_link(asked, spare=not asked.spare),
        message=url_for("chat.begin") if has_messages() else None,
        unready=bool(subject) and not found and backend().health() is not None,
    )


def _link(asked: ExpertsInput, **changes: Any) -> str:
    """Give the address of the same question with something else in it."""
    values = asked.model_dump(exclude_defaults=True, mode="json") | changes
    kept: dict[str, Any] = {name: 1 if value is True else value for name, value in values.items() if value}
    return url_for("search.experts", **kept)


def _places(asked: ExpertsInput, found: Sequence[Expert]) -> list[Facet]:
    """Give the departments, sites and languages of who was found, as facets."""
    values: dict[str, tuple[str, list[str], Callable[[str], str]]] = {
        "department": (
            _("Department"), [one.department for one in found if one.department],
            lambda path: path.rpartition(" / ")[2],
        ),
        "site": (_("Site"), [one.person.site for one in found if one.person.site], str),
        "language": (
            _("Language"), [code for one in found for code in one.known.languages], language_name
        ),
    }  # fmt: skip
    facets = []
    for field, (title, every, name) in values.items():
        now = getattr(asked, field)
        counts = {value: every.count(value) for value in dict.fromkeys(every)}
        items = [
            (name(value), _link(asked, **{field: "" if value == now else value}), number(count), value == now)
            for value, count in sorted(counts.items(), key=lambda pair: (pair[0] != now, -pair[1]))[:SHOWN]
        ]
        if len(items) > 1 or now:
            facets.append((title, items))
    return facets
