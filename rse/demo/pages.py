"""Pages of the demo company's groups, with their versions, through the feature's own services."""

import tomllib
from typing import Any

from sqlalchemy import select

from rse.demo.company import Company
from rse.demo.conversations import MARK
from rse.demo.kinds import viewer
from rse.demo.source import TEXTS, read
from rse.feed.models import Post
from rse.pages import promoting, queries, service
from rse.pages.models import Page


def written() -> list[dict[str, Any]]:
    """Give the pages as they stand in the file."""
    found: list[dict[str, Any]] = tomllib.loads(read(TEXTS / "pages.toml"))["page"]
    return found


def load(company: Company) -> None:
    """Write the pages version by version; nobody is notified of old ones."""
    for item in written():
        page: Page | None = None
        for version in item["versions"]:
            page = _write(company, item, version, page)


def _write(company: Company, item: dict[str, Any], version: dict[str, Any], page: Page | None) -> Page:
    session, who = company.session, viewer(company, version["author"])
    place = queries.of_group(session, who, company.groups[item["group"]])
    said = {"note": version.get("note", ""), "at": company.calendar.read(version["at"])}
    if page is not None:
        return service.edit(
            session, who, place, page.slug, base=page.number, body=version["text"].strip(), **said
        )
    if "from" not in item:
        return service.create(
            session, who, place, title=item["title"], body=version["text"].strip(), demo=True, **said
        )
    post = session.scalars(select(Post).where(Post.external_id == MARK + item["from"])).one()
    taken = promoting.chosen(promoting.comments(session, post), (), post)
    body = promoting.body_of(post, taken)
    made = service.create(
        session, who, place, title=item["title"], body=body, post_id=post.id, demo=True, **said
    )
    promoting.credit(session, made, post, taken)
    return made
