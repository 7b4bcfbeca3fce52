"""Polls, ideas, thanks, announcements and events of the demo company, through the features' own services."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from rse.accounts.sessions import viewer_of_person
from rse.announcements import service as announcements
from rse.core.audience import Viewer
from rse.demo.company import Company
from rse.demo.source import TEXTS, read
from rse.drafts import service as drafts
from rse.feed import closing, pinning, service
from rse.feed.models import Post
from rse.feed.schemas import of_kind
from rse.gatherings import service as gatherings
from rse.groups.models import Membership
from rse.ideas import service as ideas
from rse.polls import service as polls


def load(company: Company) -> None:
    """Publish them as old content, then let people do what they did with them."""
    for item in written():
        post = _publish(company, item)
        for uid, choices in item.get("votes", {}).items():
            polls.vote(company.session, viewer(company, uid), post.id, choices)
        for uid in item.get("supporters", ()):
            ideas.vote(company.session, viewer(company, uid), post.id, on=True)
        for uid in item.get("acknowledged", ()):
            announcements.acknowledge(company.session, viewer(company, uid), post.id)
        for uid, said in item.get("coming", {}).items():
            gatherings.answer(company.session, viewer(company, uid), post.id, said)
        for step in item.get("steps", ()):
            by = viewer(company, step["by"])
            ideas.set_status(
                company.session, by, post.id, status=step["status"], reason=step["reply"],
                owner_id=by.id if step.get("owner") else None,
            )  # fmt: skip
        if item.get("pinned"):
            pinning.pin(company.session, _owner(company, post), post.id)
        if "closed" in item:
            closing.close(company.session, viewer(company, item["author"]), post.id, reason=item["closed"])
    _begun(company)


def _owner(company: Company, post: Post) -> Viewer:
    """Give who owns the group of a post."""
    owners = select(Membership.person_id).where(
        Membership.group_id == post.group_id, Membership.role == "owner"
    )
    found = viewer_of_person(company.session, company.session.scalars(owners).first() or 0)
    if found is None:
        raise RuntimeError("demo: a group has no owner")
    return found


def _begun(company: Company) -> None:
    """Let people have begun to write, and have something published later."""
    for item in tomllib.loads(read(TEXTS / "kinds.toml"))["draft"]:
        who, fields = viewer(company, item["author"]), {"kind": "message", "body": item["text"]}
        if item.get("title"):
            fields["title"] = item["title"]
        made = drafts.put_aside(company.session, who, fields)
        if "publish_in" in item:
            day = company.calendar.today + timedelta(days=item["publish_in"])
            drafts.schedule(company.session, who, made.id, company.calendar.instant(day, 9, 0))


def written() -> Iterable[dict[str, Any]]:
    """Give the posts as they stand in the file."""
    posts: list[dict[str, Any]] = tomllib.loads(read(TEXTS / "kinds.toml"))["post"]
    return posts


def viewer(company: Company, uid: str) -> Viewer:
    """Give one of the company as who looks and writes."""
    found = viewer_of_person(company.session, company.people[uid])
    if found is None:
        raise RuntimeError(f"demo: {uid} is not active")
    return found


def _publish(company: Company, item: Mapping[str, Any]) -> Post:
    details: dict[str, Any] = {"kind": item["kind"], "body": item["text"]}
    for name, value in item["details"].items():
        if name.endswith("_at_in"):
            day = company.calendar.today + timedelta(days=value)
            details[name.removesuffix("_in")] = company.calendar.instant(day, 14, 0)
        elif name.endswith("_in"):
            details[name.removesuffix("_in") + "_on"] = company.calendar.today + timedelta(days=value)
        else:
            details[name] = value
    given = of_kind(item["kind"]).model_validate(details)
    at = min(company.calendar.read(item["at"]), company.calendar.now - timedelta(minutes=5))
    post = service.publish(
        company.session, viewer(company, item["author"]), kind=item["kind"], body=item["text"],
        title=item.get("title"), group=company.groups.get(item.get("group", "")), at=at, demo=True,
        details=given,
    )  # fmt: skip
    post.historical = True
    company.session.flush()
    return post
