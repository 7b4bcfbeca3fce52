"""What people are told of their own profile: a colleague confirms a skill."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer, person_token, readable_people
from rse.core.i18n import _, get_locale, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.people.events import SkillEndorsed
from rse.people.models import Endorsement, Skill


def tell_endorsed(session: Session, event: SkillEndorsed) -> Iterator[Told]:
    """Tell whose skill was confirmed, while it is."""
    held = session.get(Endorsement, (event.person_id, event.skill_id, event.by_id))
    if held is not None:
        yield Told(
            f"endorsement:{event.skill_id}:{event.by_id}", "endorsements:0", event.skill_id,
            held.at or clock.now(), person_token(event.person_id), [event.person_id], event.by_id,
        )  # fmt: skip


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say the confirmations that stand, in the words of the viewer's language. One query."""
    query = (
        select(Endorsement.skill_id, Endorsement.by_id, Person.display_name, Skill.label_fr, Skill.label_en)
        .join(Skill, Skill.id == Endorsement.skill_id)
        .join(Person, Person.id == Endorsement.by_id)
        .where(Endorsement.person_id == viewer.id, Endorsement.skill_id.in_({n.object_id for n in noted}))
        .where(readable_people(Person.audience, Person.id, viewer))
    )
    held = {(row.skill_id, row.by_id): row for row in session.execute(query)}
    found, subject, url = {}, _("My skills"), f"/people/{encode_id(viewer.id)}"
    for note in noted:
        row = held.get((note.object_id, note.by_id or 0))
        if row is not None:
            french = get_locale() == "fr"
            skill = (row.label_fr if french else row.label_en) or row.label_fr or row.label_en
            said = _("%(name)s confirms your skill “%(skill)s”", name=row.display_name, skill=skill)
            found[note.id] = Line(said, url, subject)
    return found


NOTICES = (
    Notice(
        "endorsement", lazy("A colleague confirms one of my skills"), "award", (SkillEndorsed,),
        tell_endorsed, lines,
    ),
)  # fmt: skip
