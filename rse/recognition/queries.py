"""Reads of thanks: those of a page in one query, those that a person got, how many one has said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import Viewer, readable
from rse.feed.models import Post
from rse.people.models import Skill
from rse.recognition.models import Kudos, Recipient

WEEK = timedelta(days=7)
LATEST = 5


@dataclass(slots=True)
class Seen:
    """Whom a post thanks, and for what."""

    skill: str
    people: list[Card] = field(default_factory=list)


def thanks(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Seen]:
    """Give whom these posts thank, in the viewer's language."""
    query = (
        select(*COLUMNS, Kudos.post_id, Skill.label_fr, Skill.label_en)
        .join(Recipient, Recipient.person_id == Person.id)
        .join(Kudos, Kudos.post_id == Recipient.post_id)
        .outerjoin(Skill, Skill.id == Kudos.skill_id)
        .where(Kudos.post_id.in_(ids))
        .order_by(Person.sort_name, Person.id)
    )
    found: dict[int, Seen] = {}
    for row in session.execute(query):
        label = row.label_en if viewer.locale == "en" else row.label_fr
        found.setdefault(row.post_id, Seen(label or row.label_fr or "")).people.append(card_of(row))
    return found


def said(session: Session, person_id: int, kind: str, until: datetime) -> int:
    """Count the thanks that a person has said in the seven days before."""
    query = select(func.count()).select_from(Post).where(Post.author_id == person_id, Post.kind == kind)
    return session.scalar(query.where(Post.at > until - WEEK, Post.deleted_at.is_(None))) or 0


def received(session: Session, viewer: Viewer, person_id: int) -> list[tuple[int, str, datetime, Card]]:
    """Give the latest thanks to a person that the viewer reads: post, HTML, time, and who said it."""
    query = (
        select(*COLUMNS, Post.id.label("post_id"), Post.body_html, Post.at)
        .join(Post, Post.author_id == Person.id)
        .join(Recipient, Recipient.post_id == Post.id)
        .where(Recipient.person_id == person_id, Post.deleted_at.is_(None), readable(Post.audience, viewer))
        .order_by(Post.at.desc(), Post.id.desc())
        .limit(LATEST)
    )
    return [(row.post_id, row.body_html, row.at, card_of(row)) for row in session.execute(query)]


def sites(session: Session) -> Sequence[str]:
    """Name the sites where people work."""
    query = select(Person.site).where(Person.site != "", Person.status == "active")
    return session.scalars(query.distinct().order_by(Person.site)).all()
