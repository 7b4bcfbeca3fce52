"""The picture over a group: taken, cut, kept in two sizes, shown to those who know of the group."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import after_this_request, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rse.core import db, files
from rse.core.audience import Viewer
from rse.core.i18n import _, lazy
from rse.core.policy import Action, Invalid, NotFound, require
from rse.core.retention import Keep
from rse.core.web import settings, viewer
from rse.groups import policy, queries
from rse.groups.models import Group, Membership

SIZES = ((1440, 360), (480, 120))  # of the page, of a card: pixels


def folder() -> Path:
    """Give the folder of covers."""
    found: Path = settings().data_dir / "pictures" / "covers"
    return found


def may_change(who: Viewer, group: Group, mine: Membership | None) -> bool:
    """Tell whether somebody changes the cover: who looks after a living group."""
    return group.archived_at is None and (policy.may_manage(mine) or policy.may_edit(who, mine))


def found(slug: str) -> Group:
    """Give a group whose cover the viewer changes. Raises NotFound, Refused."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    mine = queries.membership(session, group.id, who.id)
    require(
        may_change(who, group, mine), Action.EDIT_GROUP, _("Only those who look after the group change it.")
    )
    return group


def take(group: Group) -> None:
    """Give a group the picture that came with the request, as `cover`. Raises Invalid(cover=...)."""
    sent = request.files.get("cover")
    if sent is None or not sent.filename:
        raise Invalid(cover=_("Choose a picture first."))
    try:
        with closing(sent):
            made = files.banner(sent.stream.read(files.MAX_BYTES + 1), sent.filename, SIZES)
    except files.BadPicture as bad:
        raise Invalid(cover=str(bad)) from bad
    change(group, [files.keep(folder(), one) for one in made])


def change(group: Group, names: list[str] | None) -> None:
    """Put stored pictures over a group, or none; those before go once the answer is on its way. Flushes."""
    before = (group.cover, group.cover_small)
    group.cover, group.cover_small = names or (None, None)
    group.version += 1
    db.session().flush()

    @after_this_request
    def _forget(response: Response) -> Response:
        for name in before:
            files.forget(folder(), name)
        return response


def stored(slug: str, name: str) -> Any:
    """Give the file of a cover to those who know of the group. Raises NotFound."""
    group = queries.find(db.session(), viewer(), slug)
    path = files.find(folder(), name) if name in {group.cover, group.cover_small} else None
    if path is None:
        raise NotFound
    return path


def _unused(session: Session, before: datetime, most: int) -> int:
    def wanted(names: list[str]) -> set[str]:
        rows = session.execute(select(Group.cover, Group.cover_small).where(Group.cover.is_not(None)))
        return {name for row in rows for name in row if name} & set(names)

    return files.unused(folder(), wanted, before.timestamp(), most)


KEEPS = (
    Keep(
        "covers", lazy("Covers that no group uses"),
        lazy("A change that broke off may leave one behind."), 7, 1, 90, _unused,
    ),
)  # fmt: skip
