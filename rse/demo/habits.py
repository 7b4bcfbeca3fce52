"""What the demo people do without writing: who they follow, what they have seen, on which days they come."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from rse.accounts.models import Person
from rse.chat.models import Message
from rse.demo.company import Company
from rse.feed.models import Comment, Post, Reaction
from rse.groups.models import Membership
from rse.indicators.models import Visit
from rse.people.models import Follow, Profile

UNSEEN, UNSEEN_WEIGHTS = (0, 1, 2, 5), (5, 3, 2, 1)  # posts of a group since the last look
FOLLOWED = {
    "amelie.rousseau": (
        "sofia.marchetti",
        "karim.benali",
        "etienne.guillou",
        "#métrologie",
        "#environnement",
    ),
    "karim.benali": ("amelie.rousseau", "laurence.wattel", "fatou.sarr", "#audit", "#fournisseurs"),
    "sofia.marchetti": ("amelie.rousseau", "guillaume.fabre", "helene.jouanneau", "#formation"),
    "claire.dupont": ("niamh.doyle", "damien.pruvost", "#clients", "#environnement"),
    "thomas.nguyen": ("lina.mazet", "claire.dupont", "didier.lenoir", "#bienvenue"),
    "ines.lambert": ("gaelle.morin", "raphael.munoz", "#cybersécurité", "#bureautique"),
}
RHYTHMS = (
    (40, 0.85),
    (25, 0.5),
    (10, 0.2),
    (10, 0.02),
    (15, 0.0),
)  # of a hundred people: chance to come a day
FAMILIAR = 60  # working days until the network has become a habit
FADED = timedelta(days=35)
SHY = 0.55  # of that chance on the first day


def look_around(company: Company) -> None:
    """Let members have seen all but the last posts of their groups, and the cast follow people and tags."""
    for slug, group in company.groups.items():
        ids = [company.people[uid] for uid in company.members[slug]]
        unseen = company.chance.choices(UNSEEN, UNSEEN_WEIGHTS, k=len(ids))
        rows = [
            {"group_id": group.id, "person_id": person, "seen_count": max(0, group.post_count - number)}
            for person, number in zip(ids, unseen, strict=True)
        ]
        company.session.execute(update(Membership), rows)
    at = company.calendar.instant(company.calendar.day(60), 9, 0)
    follows = [_follow(company, uid, what, at) for uid, some in FOLLOWED.items() for what in some]
    company.session.execute(insert(Follow), follows)


def _follow(company: Company, uid: str, what: str, at: datetime) -> dict[str, Any]:
    tag = what.removeprefix("#") if what.startswith("#") else None
    person = None if tag else company.people[what]
    return {"follower_id": company.people[uid], "person_id": person, "tag": tag, "at": at}


def come(company: Company) -> None:
    """Let each person come on the days of their signs and of their own rhythm; some have stopped coming."""
    days = company.calendar.working_days()
    lately = company.calendar.today - FADED
    signs = _signs(company)
    rows: list[dict[str, Any]] = []
    query = select(Profile.person_id, Profile.start_date, Person.uid).join(
        Person, Person.id == Profile.person_id
    )
    for person, start, uid in company.session.execute(query.where(Person.demo, Person.kind == "employee")):
        theirs = signs.get(person, set())
        until = company.calendar.today if any(day >= lately for day in theirs) else lately
        here = [day for day in days if (start is None or day >= start) and day <= until]
        rows += [{"day": day, "person_id": person} for day in sorted(theirs | set(_days(uid, here)))]
    company.session.execute(insert(Visit), rows)


def _signs(company: Company) -> dict[int, set[date]]:
    """Give the local days on which people wrote or reacted."""
    found: dict[int, set[date]] = {}
    for query in (
        select(Post.author_id, Post.at),
        select(Comment.author_id, Comment.at),
        select(Reaction.person_id, Reaction.at),
        select(Message.author_id, Message.at),
    ):
        for person, at in company.session.execute(query):
            found.setdefault(person, set()).add(at.astimezone(company.calendar.zone).date())
    return found


def _days(uid: str, days: list[date]) -> list[date]:
    chance = random.Random(uid)
    rhythm = chance.choices([r for _n, r in RHYTHMS], [n for n, _r in RHYTHMS])[0]
    if uid in FOLLOWED:
        rhythm = RHYTHMS[0][1]
    return [
        day
        for number, day in enumerate(days)
        if chance.random() < rhythm * (SHY + (1 - SHY) * min(1, number / FAMILIAR))
    ]
