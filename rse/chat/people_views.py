"""Who is in a direct conversation: the page, bringing others in, leaving."""

from typing import Any

from rse.chat import choosing, members, queries, reading
from rse.chat.schemas import InviteByForm, PeopleQuery
from rse.chat.views import ROOM, blueprint, listed, read_query
from rse.core import db
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, viewer


@route(blueprint, ROOM + "/people", rule=SIGNED_IN)
def who(conversation_id: int) -> Any:
    """Show who is in a direct conversation, to bring in others, to leave."""
    session, place = db.session(), queries.place(db.session(), viewer(), conversation_id)
    if not place.direct:
        raise NotFound
    found = reading.room(session, viewer(), place)
    query = read_query(PeopleQuery)
    present = {card.id for card in found.people}
    known = choosing.known_cards(session, viewer(), q=query.q) if query.q else []
    return page(
        "chat/people.html",
        room=found,
        typed=query.q,
        found=[c for c in known if c.id not in present],
        **listed(),
    )


@route(blueprint, ROOM + "/people", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def invite(conversation_id: int) -> Any:
    """Bring people into a direct conversation."""
    for person_id in read_form(InviteByForm).input.member_ids:
        members.invite(db.session(), viewer(), conversation_id, person_id)
    return see_other("chat.room", conversation_id=conversation_id)


@route(blueprint, ROOM + "/people/<pid:person_id>/remove", rule=SIGNED_IN, methods=("POST",))
def remove(conversation_id: int, person_id: int) -> Any:
    """Leave a direct conversation, or take somebody out of it."""
    members.remove(db.session(), viewer(), conversation_id, person_id)
    if person_id != viewer().id:
        return see_other("chat.who", conversation_id=conversation_id)
    flash(_("You have left the conversation."), "ok")
    return see_other("chat.index")
