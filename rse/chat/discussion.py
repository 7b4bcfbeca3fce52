"""The discussion of a group, for pages and programs: made when somebody first asks for it."""

from rse.chat import members, queries
from rse.chat.policy import Place
from rse.core import db
from rse.core.policy import NotFound
from rse.core.web import viewer
from rse.groups import queries as groups


def discussion(slug: str) -> Place:
    """Give the discussion of a group, made at its first use. Raises NotFound for those who do not read it."""
    session, who = db.session(), viewer()
    group = groups.find(session, who, slug)
    if not who.holds(group.posts_audience):
        raise NotFound
    place = queries.group_place(session, who, group.id)
    if place is None:
        db.rollback()
        session = db.begin_write()
        members.group_discussion(session, groups.find(session, who, slug))
        db.commit()
        place = queries.group_place(session, who, groups.find(session, who, slug).id)
    if place is None:
        raise NotFound
    return place
