"""What some people of the demo company are open to: most show it to human resources, one to a colleague."""

from sqlalchemy import select

from rse.accounts.models import Person
from rse.accounts.sessions import viewer_of_person
from rse.demo.company import Company
from rse.mobility import service

SAID = (  # who, what, in their words, to HR, to whom by name
    ("amelie.rousseau", ("mission", "abroad"), "Six mois à Dublin me plairaient, cet automne.", True, ()),
    ("karim.benali", ("training", "project"), "Un jour par semaine sur les données de l’atelier.", True, ()),
    ("sofia.marchetti", ("team",), "Plutôt la qualité, sans quitter Lyon.", False, ("amelie.rousseau",)),
    ("claire.dupont", ("mentoring",), "", True, ()),
)  # fmt: skip


def load(company: Company) -> None:
    """Let them say it."""
    session = company.session
    uids = {uid for said in SAID for uid in (said[0], *said[4])}
    query = select(Person.uid, Person.id).where(Person.demo, Person.uid.in_(uids))
    ids = {row.uid: row.id for row in session.execute(query)}
    for uid, ways, note, to_hr, readers in SAID:
        viewer = viewer_of_person(session, ids[uid]) if uid in ids else None
        if viewer is not None:
            shown_to = [ids[reader] for reader in readers if reader in ids]
            service.keep(session, viewer, ways, note, to_hr=to_hr, readers=shown_to)
