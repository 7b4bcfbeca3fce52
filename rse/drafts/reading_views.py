"""Pages of a draft that a colleague reads before it goes out."""

from typing import Any

from flask import Response

from rse.core import db, kinds, text
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, viewer
from rse.drafts import queries, reading
from rse.drafts.schemas import RemarkForm
from rse.drafts.views import blueprint, show
from rse.groups import queries as groups


@route(blueprint, "/drafts/<pid:draft_id>/reading", rule=SIGNED_IN)
def to_read(draft_id: int) -> Any:
    """Show a draft to somebody who was asked to read it."""
    return _to_read(draft_id)


def _to_read(draft_id: int, errors: dict[str, list[str]] | None = None, body: str = "") -> Response:
    session, who = db.session(), viewer()
    found = reading.to_read(session, who, draft_id)
    fields = found.draft.fields
    return page(
        "drafts/reading.html",
        422 if errors else 200,
        found=found,
        fields=fields,
        html=text.render(str(fields.get("body", ""))),
        kind=kinds.of(str(fields.get("kind", kinds.USUAL))),
        place=_place(str(fields.get("group", ""))),
        files=len(queries.files_of(fields)),
        options=_several(fields.get("options")),
        remarks=reading.remarks(session, draft_id),
        errors=errors or {},
        body=body,
    )


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _place(slug: str) -> str | None:
    """Give the name of the group that it is for, where the reader may know of it; "" for the company."""
    if not slug:
        return ""
    try:
        return groups.find(db.session(), viewer(), slug).name
    except NotFound:
        return None


@route(blueprint, "/drafts/<pid:draft_id>/remarks", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def remark(draft_id: int) -> Any:
    """Say something about a draft, as its writer or as a reader."""
    own = reading.reads(db.session(), viewer(), draft_id)
    form = read_form(RemarkForm)
    try:
        reading.remark(db.session(), viewer(), draft_id, form.input.body)
    except Invalid as error:
        db.rollback()
        said = str(form.data.get("body", ""))
        errors = {"remark": next(iter(error.errors.values()))}
        return (
            show(draft_id, errors=errors, status=422, remark=said)
            if own
            else _to_read(draft_id, errors, said)
        )
    return see_other(".one" if own else ".to_read", draft_id=draft_id, _anchor="remarks")


@route(blueprint, "/drafts/<pid:draft_id>/reading/done", rule=SIGNED_IN, methods=("POST",))
def done(draft_id: int) -> Any:
    """Tell the writer that one has read it."""
    reading.finish(db.session(), viewer(), draft_id)
    flash(_("Its writer knows that you have read it."), "ok")
    return see_other(".to_read", draft_id=draft_id)


@route(blueprint, "/drafts/<pid:draft_id>/reading/decline", rule=SIGNED_IN, methods=("POST",))
def decline(draft_id: int) -> Any:
    """Hand back a draft that one was asked to read."""
    reading.end(db.session(), viewer(), draft_id, viewer().id)
    flash(_("You do not read this draft any more."), "ok")
    return see_other(".index")


@route(blueprint, "/drafts/<pid:draft_id>/readers/<pid:person_id>/end", rule=SIGNED_IN, methods=("POST",))
def take_back(draft_id: int, person_id: int) -> Any:
    """Take a draft of one's own from a reader."""
    queries.draft(db.session(), viewer(), draft_id)
    reading.end(db.session(), viewer(), draft_id, person_id)
    flash(_("They do not see your draft any more."), "ok")
    return see_other(".one", draft_id=draft_id, _anchor="readers")
