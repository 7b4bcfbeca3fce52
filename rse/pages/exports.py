"""A person's pages in their own export, and what an erasure removes."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.groups.models import Group
from rse.pages.models import Page, PageCredit, PageVersion


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give every version that a person wrote, and the pages that took over their words."""
    query = (
        select(Page.id, Group.name, PageVersion)
        .join(Page, Page.id == PageVersion.page_id)
        .join(Group, Group.id == Page.group_id)
        .where(PageVersion.author_id == person_id)
        .order_by(PageVersion.at, PageVersion.id)
    )
    for page_id, group, found in session.execute(query):
        said = {"title": found.title, "body": found.body, "note": found.note, "at": found.at}
        yield {"what": "page", "id": encode_id(page_id), "group": group, "version": found.number, **said}
    taken = select(Page.id, Page.title).join(PageCredit, PageCredit.page_id == Page.id)
    for page_id, title in session.execute(taken.where(PageCredit.person_id == person_id)):
        yield {"what": "named on a page", "id": encode_id(page_id), "title": title}


def erase(session: Session, person_id: int) -> None:
    """Take a person's name from pages made of their words, and their notes from the history.

    The pages are the work of a group: their texts stay, under the name that the account gets when it is
    erased, as posts do; without a version in between nobody could see who else changed what.
    """
    session.execute(delete(PageCredit).where(PageCredit.person_id == person_id))
    session.execute(update(PageVersion).where(PageVersion.author_id == person_id).values(note=""))


export = Export("pages", rows, erase)
