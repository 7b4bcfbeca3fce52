"""The search page and the page of experts; both are plain links and forms."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask import Blueprint, request, url_for
from pydantic import ValidationError

from rse.core import db
from rse.core.api import Schema
from rse.core.i18n import _, format_date, number
from rse.core.policy import Invalid
from rse.core.schema import errors_of
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, page, route, viewer
from rse.feed.composing import reach
from rse.search import queries, saving
from rse.search.asking import FIELD, Asker
from rse.search.current import asker, backend, in_turn
from rse.search.engine import breathe
from rse.search.grammar import parse
from rse.search.next_step import next_step
from rse.search.queries import Answer
from rse.search.schemas import SearchInput
from rse.search.wording import reasons_of

blueprint = Blueprint("search", __name__)
PER_MINUTE = "120/minute"
FACETS = ("group", "author", "tag", "post_kind", "mark", "department", "site")
ONE_OF = ("group", "author", "tag", "kind", "mark", "department", "site")
T = TypeVar("T", bound=Schema)


def read(schema: type[T]) -> tuple[T, dict[str, list[str]]]:
    """Read the address; what is not understood in it is left out and said."""
    given = {name: value for name, value in request.args.items() if value.strip()}
    known = {field.alias or name for name, field in schema.model_fields.items()}
    given = {name: value for name, value in given.items() if name in known}
    try:
        return schema.model_validate(given), {}
    except ValidationError as error:
        errors = errors_of(error)
        kept = {name: value for name, value in given.items() if name not in errors}
        return schema.model_validate(kept), errors


def _link(asked: SearchInput, **changes: Any) -> str:
    """Give the address of the same question with something else in it."""
    values = asked.model_dump(by_alias=True, exclude_defaults=True, mode="json") | {"cursor": None} | changes
    return url_for("search.search", **{name: value for name, value in values.items() if value})


@route(blueprint, "/search", rule=SIGNED_IN, limit=PER_MINUTE)
@in_turn
def search() -> Any:
    """Show what is found, people first where the question is about people."""
    asked, errors = read(SearchInput)
    after: Any = decode_cursor(asked.cursor, float, int, str)
    answer, who = Answer(), asker(db.session(), viewer())
    if not errors:
        try:
            answer = queries.search(who, asked, after, sections=True)
        except Invalid as error:  # the text says something that cannot be: it stays in the box
            errors = error.errors
    asks = not errors and bool(asked.q or _filtered(asked))
    nothing = not (answer.items or answer.people or answer.groups or answer.experts)
    unready = asks and not answer.total and backend().health() is not None
    breathe()
    return page(
        "search/page.html",
        422 if errors else 200,
        asked=asked,
        search_text=asked.q,
        errors=errors,
        answer=answer,
        discussions=_discussions(asked, answer),
        tabs=_tabs(asked, answer),
        sorts=_sorts(asked),
        facets=_facets(asked, answer),
        chosen=_chosen(asked, answer),
        reasons=reasons_of(answer.experts),
        more=_link(asked, cursor=encode_cursor(*answer.after)) if answer.after else None,
        nothing=nothing,
        **(_next(who, asked) if asks and nothing and not (unready or after) else {}),
        asks=asks,
        said=saving.kept(asked),
        unready=unready,
        narrowed=bool(_filtered(asked) or parse(asked.q).filters),
        link=lambda **changes: _link(asked, **changes),
    )


def _discussions(asked: SearchInput, answer: Answer) -> list[tuple[queries.Item, list[queries.Item]]]:
    """Give what is found with the rest of its discussion; by date each stands at its own."""
    by_date: list[tuple[queries.Item, list[queries.Item]]] = [(one, []) for one in answer.items]
    return by_date if asked.sort == "date" else queries.by_discussion(answer.items)


def _next(who: Asker, asked: SearchInput) -> dict[str, Any]:
    """Give what to ask instead, and who would read it."""
    step = next_step(who, asked)
    return {"step": step, "reach": reach(who.session, who.viewer, step.group)} if step else {}


def _filtered(asked: SearchInput) -> bool:
    return bool(asked.model_dump(exclude_defaults=True, exclude={"q", "sort", "limit", "cursor"}))


def _tabs(asked: SearchInput, answer: Answer) -> list[tuple[str, str, str, str | None]]:
    names = {
        "": _("Everything"),
        "person": _("People"),
        "post": _("Posts"),
        "group": _("Groups"),
        "page": _("Pages"),
        "message": _("Messages"),
        "file": _("Files"),
    }
    counts = answer.counts
    return [
        (key, name, _link(asked, type=key), number(counts[key]) if key in counts else None)
        for key, name in names.items()
    ]


def _sorts(asked: SearchInput) -> list[tuple[str, str, str]]:
    names = {"relevance": _("Most relevant"), "date": _("Newest")}
    return [
        (key, name, _link(asked, sort=key if key != "relevance" else None)) for key, name in names.items()
    ]


def kind_labels() -> dict[str, str]:
    """Name the kinds of posts."""
    return {
        "message": _("Message"),
        "question": _("Question"),
        "idea": _("Idea"),
        "poll": _("Poll"),
        "kudos": _("Recognition"),
        "announcement": _("Announcement"),
        "event": _("Event"),
    }


def _mark_labels() -> dict[str, str]:
    return {
        "file": _("With a file"),
        "question": _("Questions"),
        "unanswered": _("Without an accepted answer"),
    }


def _label(name: str, value: str, label: str) -> str:
    if name == "mark":
        return _mark_labels().get(value, label)
    if name == "post_kind":
        return kind_labels().get(value, label)
    if name == "department":
        return value.rpartition(" / ")[2]
    return f"#{value}" if name == "tag" else label


def _facets(asked: SearchInput, answer: Answer) -> list[tuple[str, list[tuple[str, str, str, bool]]]]:
    """Give the facets as links: title, then (text, address, count, chosen); that of a chosen one frees it."""
    titles = {
        "group": _("Group"),
        "author": _("Author"),
        "tag": _("Tag"),
        "post_kind": _("Kind"),
        "mark": _("Only"),
        "department": _("Department"),
        "site": _("Site"),
    }
    facets = []
    for name in FACETS:
        field = FIELD.get(name, name)
        now = getattr(asked, field)
        items = []
        for value, label, count in answer.facets.get(name, ())[:8]:
            chosen = value == now
            href = _link(asked, **{field: None if chosen else value})
            items.append((_label(name, value, label), href, number(count), chosen))
        if len(items) > 1 or now:
            facets.append((titles[name], items))
    return facets


def _chosen(asked: SearchInput, answer: Answer) -> list[tuple[str, str]]:
    """Give the filters that are set, each with the address without it."""
    labels: Mapping[str, Mapping[str, str]] = {
        FIELD.get(name, name): {value: _label(name, value, label) for value, label, _n in values}
        for name, values in answer.facets.items()
    }
    chosen = []
    for field in ONE_OF:
        value = getattr(asked, field)
        if value:
            chosen.append((labels.get(field, {}).get(value, value), _link(asked, **{field: None})))
    if asked.from_:
        chosen.append((_("since %(day)s", day=format_date(asked.from_)), _link(asked, **{"from": None})))
    if asked.to:
        chosen.append((_("until %(day)s", day=format_date(asked.to)), _link(asked, to=None)))
    return chosen
