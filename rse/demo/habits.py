"""What the demo people do without writing: who they follow, what they have seen, on which days they come."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from rse.demo.company import Company
from rse.groups.models import Membership
from rse.people.models import Follow

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
