"""What sockets ask of accounts: who comes in by a session or a token, and whether it still stands."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog
from flask import request
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from rse.accounts import rights, sessions
from rse.accounts.models import ApiToken, Person, Session
from rse.accounts.tokens import digest
from rse.core import clock, db, live
from rse.core.among import among
from rse.core.audience import Viewer
from rse.core.gathering import Gathering
from rse.core.sockets import Pass
from rse.core.web import settings

log = structlog.get_logger()


class Gate:
    """Answers from the database each time."""

    def by_cookie(self) -> tuple[Viewer, Pass] | None:
        """Give who asks to connect, by the session of their browser.

        Thousands come at once after a cut: all who wait are asked for together. Raises OSError while the
        database is away.
        """
        token = request.cookies.get(sessions.cookie_name(settings().secure))
        if not token:
            return None
        found = _coming.do(digest(token))
        if found is None:
            raise OSError("the database could not be asked")
        who: tuple[Viewer, Pass] | None = found[0]
        return who

    def by_token(self, token: str) -> tuple[Viewer, Pass] | None:
        """Give who asks to connect, by a token that reads."""
        found = sessions.by_token(token)
        if found is None or found.token_id is None or found.scope not in {"read", "write", "admin"}:
            return None
        return found.viewer, Pass("token", found.token_id, found.scope)

    def viewer(self, given: Pass) -> Viewer | None:
        """Give who it belongs to now, None when it has ended."""
        if given.kind == "session":
            return sessions.viewer_of_session(given.id)
        person = db.db.session().scalar(select(ApiToken.person_id).where(ApiToken.id == given.id, _valid()))
        return sessions.viewer_of_person(db.db.session(), person) if person else None

    def viewers(self, given: Iterable[Pass]) -> dict[Pass, Viewer]:
        """Give who browsers' sessions belong to now, for many at once; programs are asked one by one."""
        of_sessions = {one.id: one for one in given if one.kind == "session"}
        return {of_sessions[at]: who for at, who in sessions.viewers_of_sessions(of_sessions).items()}

    def standing(self, given: Iterable[Pass]) -> set[Pass]:
        """Tell which of these still stand: not ended, not idle for too long, and of somebody active.

        Asked several times a second. The outer join has SQLite begin with the few sessions asked for; with an
        inner one, or a criterion on the person, it walks through everybody who is active.
        """
        found, now, session = set(given), clock.now(), db.db.session()
        idle = now - timedelta(hours=settings().session_idle_hours)
        active = func.sum(case((Person.status == "active", 1), else_=0))
        of_sessions = (Session.expires_at > now, Session.seen_at > idle)
        standing = set[Pass]()
        for kind, table, valid in (("session", Session, of_sessions), ("token", ApiToken, (_valid(),))):
            asked = {one.id: one for one in found if one.kind == kind}
            if not asked:
                continue
            theirs = (among(session, table.id, asked), *valid)
            join = (Person, Person.id == table.person_id)
            if session.scalar(select(active).select_from(table).outerjoin(*join).where(*theirs)) == len(
                asked
            ):
                standing.update(asked.values())  # nearly always: all of them, and nothing has to be listed
                continue
            rows = session.execute(select(table.id, Person.status).outerjoin(*join).where(*theirs))
            standing.update(asked[row[0]] for row in rows if row[1] == "active")
        return standing

    def tokens(self, person_ids: Iterable[int]) -> dict[int, frozenset[str]]:
        """Give the tokens that people hold now; nothing for who is not active any more."""
        return rights.tokens_of(db.db.session(), person_ids)


def _let_in(hashes: Sequence[str]) -> list[tuple[tuple[Viewer, Pass] | None]]:
    """Tell whose cookies these are; a tuple for each, with nothing in it where no session stands."""
    try:
        query = select(Session.token_hash, Session.id).where(Session.token_hash.in_(set(hashes)))
        ids = {row[0]: row[1] for row in db.db.session().execute(query)}
        viewers = sessions.viewers_of_sessions(set(ids.values()))
    except SQLAlchemyError:
        log.warning("nobody could be let in", exc_info=True)
        return []
    finally:
        db.rollback()
    found = {at: (viewers[id_], Pass("session", id_)) for at, id_ in ids.items() if id_ in viewers}
    return [(found.get(one),) for one in hashes]


_coming = Gathering(_let_in)


def _valid() -> ColumnElement[bool]:
    return or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now())


def register() -> None:
    """Let the sockets ask here."""
    live.guarded_by(Gate())
