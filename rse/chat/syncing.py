"""Catching up, for several at once: thousands come back after a cut, and most ask for the same.

Each is answered as if they had asked alone. Rights and places are asked for all together; what happened
in a conversation after a position is read and written once for all who read the same eras of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts import rights
from rse.chat import counting, many, queries, shapes
from rse.chat.policy import Place
from rse.chat.schemas import Sync
from rse.core import db, live
from rse.core.audience import Viewer
from rse.core.handlers import Together, handler
from rse.core.model import decode_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What one socket asks for: positions by conversation, by their public ids."""

    sid: str
    after: dict[str, tuple[int, int]]  # {public id: (id, position)}
    gone: tuple[str, ...]  # what is no id at all


def asked(sid: str, conversations: dict[str, int]) -> Asked:
    """Read which conversations are meant."""
    after, gone = {}, []
    for public_id, position in conversations.items():
        try:
            after[public_id] = (decode_id(public_id), position)
        except ValueError:
            gone.append(public_id)
    return Asked(sid, after, tuple(gone))


def on_screen(conversation_id: int) -> str:
    """Name the room of those who have an open group's discussion before them."""
    return f"screen:{conversation_id}"


def sync(session: Session, wanted: Sequence[tuple[Viewer, Asked] | None]) -> list[dict[str, Any] | None]:
    """Give what happened after each position, and the counts of unread messages.

    None for who may not ask, or has to ask alone.
    """
    present = [one for one in wanted if one is not None]
    places = _places(session, present)
    _enter(present, places)
    counts = counting.counts_of(session, {viewer.id for viewer, _asked in present})
    missed: dict[tuple[int, int, int], dict[str, Any]] = {}
    answers: list[dict[str, Any] | None] = []
    for one in wanted:
        if one is None:
            answers.append(None)
            continue
        viewer, what = one
        said: dict[str, Any] = {public_id: {"gone": True} for public_id in what.gone}
        for public_id, (conversation_id, after) in what.after.items():
            place = places.get((viewer.id, conversation_id))
            if place is None:
                said[public_id] = {"gone": True}
                continue
            key = (conversation_id, place.since_era, after)
            if key not in missed:
                missed[key] = shapes.missed(session, place, after)
            said[public_id] = missed[key]
        answers.append({"conversations": said, "counts": counts[viewer.id]})
    return _still(session, wanted, answers, places) if len(present) > 1 else answers


def _still(
    session: Session,
    wanted: Sequence[tuple[Viewer, Asked] | None],
    answers: list[dict[str, Any] | None],
    before: Mapping[tuple[int, int], Place],
) -> list[dict[str, Any] | None]:
    """Leave out whose rights have changed while many were answered: what was read is not given to them."""
    present = [one for one in wanted if one is not None]
    now, tokens = _places(session, present), rights.tokens_of(session, {viewer.id for viewer, _ in present})

    def stands(one: tuple[Viewer, Asked] | None) -> bool:
        if one is None or tokens.get(one[0].id) != one[0].tokens:
            return False
        keys = {(one[0].id, place) for place, _after in one[1].after.values()}
        return {k: before[k].since_era for k in keys & before.keys()} == {
            k: now[k].since_era for k in keys & now.keys()
        }

    return [answer if stands(one) else None for one, answer in zip(wanted, answers, strict=True)]


def _enter(present: Sequence[tuple[Viewer, Asked]], places: Mapping[tuple[int, int], Place]) -> None:
    """Let everybody hear what is said from now on, before anything is read: nothing falls between the two."""
    for viewer, what in present:
        for conversation_id, _after in what.after.values():
            place = places.get((viewer.id, conversation_id))
            if place is not None and queries.is_open(place):
                live.enter_of(what.sid, on_screen(conversation_id))


def _places(session: Session, present: Sequence[tuple[Viewer, Asked]]) -> dict[tuple[int, int], Place]:
    """Give {(person, conversation): where they stand}, of the conversations that exist for them."""
    ids = {place for _viewer, what in present for place, _after in what.after.values()}
    people = {viewer.id for viewer, _what in present}
    rows = many.found(session, ids)
    mine = many.parts(session, ids, people)
    ties = many.ties(session, {group.id for _one, group in rows.values() if group}, people)
    places = {}
    for viewer, what in present:
        for conversation_id, _after in what.after.values():
            conversation, group = rows.get(conversation_id, (None, None))
            part = mine.get((viewer.id, conversation_id))
            exists = viewer.holds(group.posts_audience) if group else part is not None
            if conversation is not None and exists:
                tie = ties.get((viewer.id, group.id)) if group else None
                places[viewer.id, conversation_id] = Place.of(conversation, part, group, tie)
    return places


def _asked(sent: Sync) -> Asked:
    return asked(live.sid(), sent.conversations)


def _sync_many(wanted: Sequence[tuple[Viewer, Asked] | None]) -> list[dict[str, Any] | None]:
    return sync(db.session(), wanted)


@handler("sync", Sync, together=Together(_asked, _sync_many))
def catch_up(viewer: Viewer, sent: Sync) -> dict[str, Any]:
    """Give what happened after the last position of each conversation; it is now on the screen.

    With it the count of unread messages: those who were away have not counted.
    """
    return _sync_many([(viewer, _asked(sent))])[0] or {}
