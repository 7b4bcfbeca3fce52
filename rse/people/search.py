"""People in the search index: name, title, about, and skills under all their names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, card_of
from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer
from rse.core.feature import Document, Hit, IndexSource
from rse.people import queries
from rse.people.events import PersonChanged, PersonDeactivated
from rse.people.models import Department, PersonSkill, Profile, SkillName
from rse.people.policy import may_see_company


def skill_names(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Give every label and synonym of the skills of persons."""
    names: dict[int, list[str]] = defaultdict(list)
    query = select(PersonSkill.person_id, SkillName.label)
    query = query.join(SkillName, SkillName.skill_id == PersonSkill.skill_id)
    for person_id, name in session.execute(query.where(PersonSkill.person_id.in_(ids))):
        names[person_id].append(name)
    return names


def load(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the present state of active persons; others are taken out of the index."""
    names = skill_names(session, ids)
    query = (
        select(Person, Profile.about, Department.path)
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Department, Department.id == Profile.department_id)
        .where(Person.id.in_(ids), Person.status == "active", Person.kind != "service")
    )
    for person, about, path in session.execute(query):
        known = names.get(person.id, [])
        yield Document(
            key=f"person:{person.id}",
            kind="person",
            audience=person.audience,
            title=person.display_name,
            body="\n".join(part for part in (person.title, about or "", ", ".join(known)) if part),
            at=person.created_at,
            version=person.version,
            author_id=person.id,
            department=path or "",
            site=person.site,
            skills=known,
        )


def ids(session: Session, after: int, limit: int) -> Sequence[int]:
    """Give ids in order."""
    return session.scalars(select(Person.id).where(Person.id > after).order_by(Person.id).limit(limit)).all()


def stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    """Give what tells whether the index knows the present state."""
    query = (
        select(Person.id, Person.version, Person.audience)
        .where(Person.id > after, Person.status == "active", Person.kind != "service")
        .order_by(Person.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query.limit(limit))]


def hits(session: Session, wanted: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Show people to a viewer who may know them; to a guest no more than others' cards."""
    names = skill_names(session, wanted)
    query = (
        select(*COLUMNS, Profile.about, Person.created_at)
        .outerjoin(Profile, Profile.person_id == Person.id)
        .where(Person.id.in_(wanted), Person.status == "active", queries.visible(viewer))
    )
    found = {}
    for row in session.execute(query):
        card = card_of(row)
        whole = may_see_company(viewer, row.id)
        parts = (text.plain(text.render(row.about or "")), ", ".join(names.get(row.id, []))) if whole else ()
        body = "\n".join(part for part in parts if part)
        found[row.id] = Hit(
            key=f"person:{row.id}",
            title=card.display_name,
            text=body,
            url=card.href,
            at=row.created_at,
            subtitle=" · ".join(part for part in (card.title, card.site) if part),
            extra={"card": card},
        )
    return found


source = IndexSource(
    kind="person",
    events={PersonChanged: lambda e: [e.person_id], PersonDeactivated: lambda e: [e.person_id]},
    load=load,
    ids=ids,
    hits=hits,
    stamps=stamps,
)
