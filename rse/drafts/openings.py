"""Openings against the blank page: a few first sentences that fit the person and the place. Only reads.

They come from what stands about the person anyway: when they came, what they can do, who waits for an answer.
Nothing is kept of what was offered or taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core import clock, text
from rse.core.audience import Viewer, readable
from rse.core.i18n import _, ngettext
from rse.core.model import encode_id
from rse.feed.models import Post
from rse.groups.models import Group, Membership
from rse.people import queries as people
from rse.people.models import PersonSkill, Profile, Skill

MOST = 3
NEW_HERE = timedelta(days=60)
NEW_IN_GROUP = timedelta(days=30)
LATELY = timedelta(days=60)  # of questions that wait
LOOKED_AT = 60  # of them
SKILLS = 8
TITLE = 90
WEEK = 7


@dataclass(frozen=True, slots=True)
class Opening:
    """A way to begin: words, and what they put into the composer, or where they lead."""

    words: str
    begins: str = ""
    kind: str = "message"
    href: str = ""


def openings(session: Session, viewer: Viewer, group: Group | None) -> list[Opening]:
    """Give a few openings, the most personal first; `group` is the place of the composer."""
    skills = _skills(session, viewer)
    found = [
        _new_here(session, viewer),
        _new_in_group(session, viewer, group),
        _waiting(session, viewer, group, skills),
        _asked_about(skills),
        *_anybody(group),
    ]
    return [one for one in found if one is not None][:MOST]


def _skills(session: Session, viewer: Viewer) -> list[str]:
    query = select(Skill.label_fr, Skill.label_en).join(PersonSkill, PersonSkill.skill_id == Skill.id)
    query = query.where(PersonSkill.person_id == viewer.id).order_by(PersonSkill.level.desc(), Skill.id)
    return [people.label(row.label_fr, row.label_en) for row in session.execute(query.limit(SKILLS))]


def _new_here(session: Session, viewer: Viewer) -> Opening | None:
    began = session.scalar(select(Profile.start_date).where(Profile.person_id == viewer.id))
    today = clock.now().date()
    if began is None or not today - NEW_HERE <= began <= today:
        return None
    return Opening(_since(began, today), _("Since I came, what surprised me: "))


def _since(began: date, today: date) -> str:
    weeks = (today - began).days // WEEK
    if not weeks:
        return _("You came this week: what surprised you?")
    return ngettext(
        "You came %(n)s week ago: what surprised you?", "You came %(n)s weeks ago: what surprised you?", weeks
    )


def _new_in_group(session: Session, viewer: Viewer, group: Group | None) -> Opening | None:
    if group is None:
        return None
    tie = session.get(Membership, (group.id, viewer.id))
    if tie is None or tie.state != "active" or clock.now() - tie.at > NEW_IN_GROUP:
        return None
    return Opening(
        _("You are new in “%(group)s”: what do you look for here?", group=group.name),
        _("I have just joined this group. What I look for here: "),
    )


def _waiting(session: Session, viewer: Viewer, group: Group | None, skills: Sequence[str]) -> Opening | None:
    """Give a question that nobody has answered, about something that the viewer can do."""
    query = select(Post.id, Post.title, Post.body_html, Post.tags).where(
        Post.kind == "question", Post.answer_id.is_(None), Post.comment_count == 0,
        Post.deleted_at.is_(None), Post.author_id != viewer.id, Post.at > clock.now() - LATELY,
        readable(Post.audience, viewer),
    )  # fmt: skip
    if group is not None:
        query = query.where(Post.group_id == group.id)
    if not skills:
        return None
    for row in session.execute(query.order_by(Post.at.desc()).limit(LOOKED_AT)):
        said = text.plain(row.body_html)
        whole = " ".join((row.title or "", said, *row.tags)).casefold()
        known = next((one for one in skills if _names(one, whole)), None)
        if known:
            about = row.title or text.excerpt(said, TITLE)
            words = _("Somebody asks about %(skill)s: “%(question)s”", skill=known, question=about)
            return Opening(words, href=f"/posts/{encode_id(row.id)}")
    return None


def _names(skill: str, whole: str) -> bool:
    """Tell whether a text names a skill, as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(skill.casefold())}(?!\w)", whole) is not None


def _asked_about(skills: Sequence[str]) -> Opening | None:
    if not skills:
        return None
    return Opening(
        _("What are you often asked about %(skill)s?", skill=skills[0]),
        _("I am often asked about %(skill)s. My answer: ", skill=skills[0]),
    )


def _anybody(group: Group | None) -> list[Opening]:
    if group is not None:
        return [
            Opening(_("What would this group help you with?"), _("Who knows "), "question"),
            Opening(_("What did you try that others here could use?"), _("What worked for us: ")),
        ]
    return [
        Opening(_("What did your team finish this week?"), _("This week, we have finished ")),
        Opening(_("Whom would you ask if you knew who it is?"), _("Who knows "), "question"),
    ]
