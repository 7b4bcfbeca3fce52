"""The administrator's page of synonyms: one list, a group of words a line."""

from typing import Any

from pydantic import Field

from rse.accounts import audit
from rse.core import company, db
from rse.core.api import Schema
from rse.core.i18n import _, ngettext
from rse.core.web import ADMIN, Form, flash, page, read_form, route, see_other, viewer_id
from rse.search import synonyms
from rse.search.views import blueprint

MOST_LINES, MOST_TERMS, LONGEST = 500, 12, 80


class SynonymsForm(Schema):
    """The whole list; `starter` puts the first one back."""

    lines: str = Field("", max_length=60_000)
    starter: bool = False


def _problems(text: str) -> list[str]:
    """Say what is wrong with a list, by its line."""
    wrong = []
    every = text.splitlines()
    for number, line in enumerate(every, 1):
        terms = [term.strip() for term in line.split(",") if term.strip()]
        if len(terms) == 1:
            wrong.append(_("Line %(n)s: write two words or more, with commas between.", n=number))
        elif len(terms) > MOST_TERMS or any(len(term) > LONGEST for term in terms):
            said = _(
                "Line %(n)s: at most %(terms)s words or phrases, of %(letters)s letters each.",
                n=number,
                terms=MOST_TERMS,
                letters=LONGEST,
            )
            wrong.append(said)
    if len(every) > MOST_LINES:
        wrong.append(_("At most %(most)s lines.", most=MOST_LINES))
    return wrong[:5]


def _page(form: Form[SynonymsForm] | None = None, problems: list[str] | None = None) -> Any:
    text = form.data.get("lines", "") if form else synonyms.lines(db.session())
    return page(
        "search/synonyms.html",
        422 if form else 200,
        lines=text,
        problems=problems or [],
        many=len(synonyms.groups(text)),
        changed=company.get(db.session(), synonyms.SETTING) is not None,
    )


@route(blueprint, "/admin/synonyms", rule=ADMIN)
def synonym_page() -> Any:
    """Show the list."""
    return _page()


@route(blueprint, "/admin/synonyms", rule=ADMIN, methods=("POST",), limit="60/minute")
def save_synonyms() -> Any:
    """Keep the list, or none of it when a line is wrong."""
    form = read_form(SynonymsForm)
    if form.value is None:
        return _page(form, [text for texts in form.errors.values() for text in texts])
    sent = "\n".join(line.strip() for line in form.value.lines.splitlines() if line.strip())
    problems = [] if form.value.starter else _problems(form.value.lines)
    if problems:
        return _page(form, problems)
    session = db.session()
    value = None if form.value.starter or sent == synonyms.STARTER else sent
    if company.put(session, synonyms.SETTING, value, by=viewer_id()):
        many = len(synonyms.groups(sent if value is not None else synonyms.STARTER))
        target = f"setting:{synonyms.SETTING}"
        audit.record(session, "settings.change", actor_id=viewer_id(), target=target, value=many)
        flash(
            ngettext("%(n)s group of synonyms is in use.", "%(n)s groups of synonyms are in use.", many), "ok"
        )
    else:
        flash(_("Nothing was changed."), "ok")
    company.forget(session)
    return see_other(".synonym_page")
