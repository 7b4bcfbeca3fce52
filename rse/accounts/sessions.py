"""Sessions in the database: one query loads session and person, for pages, the API and sockets."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Flask, Request, g, request
from flask import session as browser_session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session as DbSession

from rse.accounts.cards import COLUMNS, card_of
from rse.accounts.models import ApiToken, Inbox, Person, Session
from rse.accounts.rights import features_tokens
from rse.accounts.tokens import digest
from rse.core import admission, clock, db, live
from rse.core.audience import Viewer, base_tokens
from rse.core.model import UTCDateTime
from rse.core.web import registry, settings

SEEN_EVERY = timedelta(minutes=5)
TOKEN_BYTES = 32


@dataclass
class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login carries: the viewer, and the session or token that they came by."""

    viewer: Viewer
    session_id: int | None = None
    csrf_secret: bytes = b""
    scope: str | None = None  # of a token; None for a browser
    token_id: int | None = None
    provider: str | None = None  # of a token of scope scim: who provisions

    def get_id(self) -> str:
        """Name the person for Flask-Login."""
        return str(self.viewer.id)


class StoredSession(dict[str, Any], SessionMixin):
    """The few values kept for a browser (texts for its next page)."""

    modified = False
    row_id: int | None = None
    user: SignedIn | None = None

    @property
    def permanent(self) -> bool:
        """Tell Flask nothing: the row has the end."""
        return True

    @permanent.setter
    def permanent(self, value: bool) -> None:
        pass

    def __setitem__(self, key: str, value: Any) -> None:
        self.modified = True
        super().__setitem__(key, value)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Keep a value if there is none."""
        self.modified = True
        return super().setdefault(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """Give and forget a value."""
        self.modified = True
        return super().pop(key, *default)


class DatabaseSessions(SessionInterface):
    """Load the session with the request; write it only when something in it has changed."""

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        """Find the session of the cookie; without one there is an empty one that is not kept."""
        stored = StoredSession()
        token = request.cookies.get(cookie_name(settings().secure))
        if token and not request.path.startswith("/static/") and admission.OPEN not in request.environ:
            load(db.session(), token, stored)
        return stored

    def save_session(self, app: Flask, session: SessionMixin, response: Any) -> None:
        """Write what has changed, and when the person was last seen, every five minutes at most."""
        if not isinstance(session, StoredSession) or session.row_id is None:
            return
        values: dict[str, Any] = {"data": dict(session)} if session.modified else {}
        if g.get("touch_session"):
            values["seen_at"] = clock.now()
        if values:
            db.rollback()
            db.begin_write().execute(update(Session).where(Session.id == session.row_id).values(**values))
            db.commit()


def cookie_name(secure: bool) -> str:
    """Name the cookie; the prefix makes browsers refuse it from elsewhere, and needs TLS."""
    return "__Host-rse" if secure else "rse_session"


def load(session: DbSession, token: str, stored: StoredSession) -> None:
    """Fill the stored session and its user from the row of a cookie's token, if it stands."""
    row = _standing(session, _BY_TOKEN, token_hash=digest(token)).first()
    if row is None:
        return
    stored.update(row.data or {})
    stored.modified = False
    stored.row_id = row.session_id
    stored.user = SignedIn(_viewer(session, row), row.session_id, sha256(token.encode() + b"csrf").digest())
    if clock.now() - row.seen_at > SEEN_EVERY:
        g.touch_session = True


PERSON = (
    *COLUMNS, Person.roles, Person.is_manager, Person.locale, Person.timezone, Person.charter_version
)  # fmt: skip
_SESSION, _OWNER, _INBOX = Session.__table__.c, Person.__table__.c, Inbox.__table__.c
_STANDING = (
    select(
        *(_OWNER[column.key] for column in PERSON),
        _SESSION["id"].label("session_id"), _SESSION["seen_at"], _SESSION["data"], _INBOX["unread"],
        _INBOX["silenced"],
    )
    .select_from(
        Person.__table__.join(Session.__table__, _SESSION["person_id"] == _OWNER["id"])
        .outerjoin(Inbox.__table__, _INBOX["person_id"] == _OWNER["id"])
    )
    .where(_SESSION["expires_at"] > bindparam("now", type_=UTCDateTime()))
    .where(_SESSION["seen_at"] > bindparam("idle", type_=UTCDateTime()), _OWNER["status"] == "active")
)  # fmt: skip
# Every request asks one of these: they are built once.
_BY_TOKEN = _STANDING.where(_SESSION["token_hash"] == bindparam("token_hash"))
_OF_PROGRAM = (
    select(
        *PERSON,
        ApiToken.id.label("token_id"),
        _INBOX["unread"],
        _INBOX["silenced"],
        *(ApiToken.__table__.c[name] for name in ("scope", "provider", "expires_at", "used_at")),
    )
    .join(ApiToken, ApiToken.person_id == Person.id)
    .outerjoin(Inbox.__table__, _INBOX["person_id"] == _OWNER["id"])
    .where(ApiToken.token_hash == bindparam("token_hash"), Person.status == "active")
)
_BY_ID = _STANDING.where(_SESSION["id"] == bindparam("session_id"))


def _standing(session: DbSession, query: Any, **which: Any) -> Any:
    """Give session and person in one row each, where the session stands and the person is active."""
    now = clock.now()
    idle = now - timedelta(hours=settings().session_idle_hours)
    return session.connection().execute(query, {"now": now, "idle": idle, **which})


def _viewer(session: DbSession, row: Any, *, reads: bool = True) -> Viewer:
    """Make the viewer of a person; who reads nothing with an audience needs no tokens of features."""
    tokens, known = _base(row), _known(row)
    for feature in registry().features if reads else ():
        if feature.tokens:
            tokens.update(feature.tokens(session, row.id, row.kind, known))
    return _seen_as(row, tokens, known)


def _base(row: Any) -> set[str]:
    return base_tokens(row.id, row.kind, row.roles or frozenset())


def _known(row: Any) -> dict[str, Any]:
    """Give what pages ask without a query: the count in the bar, and whether the charter is accepted."""
    return {
        "unread": getattr(row, "unread", 0) or 0,
        "charter": row.charter_version,
        "silenced": getattr(row, "silenced", None),
    }


def _seen_as(row: Any, tokens: set[str], known: dict[str, Any]) -> Viewer:
    card = replace(card_of(row), roles=row.roles or frozenset(), is_manager=row.is_manager)
    return Viewer(
        row.id, row.kind, card.roles, frozenset(tokens), row.locale or settings().default_locale,
        row.timezone or settings().timezone, row.display_name, card, known,
    )  # fmt: skip


def viewer_of_person(session: DbSession, person_id: int) -> Viewer | None:
    """Give the viewer that a person is, for jobs and commands; None when there is no such active person."""
    row = session.execute(select(*PERSON).where(Person.id == person_id, Person.status == "active")).first()
    return _viewer(session, row) if row else None


def load_user(request: Request) -> SignedIn | None:
    """Give who asks: by a bearer token on the API, else by the session."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer ") and request.path.startswith(("/api/", "/scim/")):
        return by_token(header.removeprefix("Bearer ").strip())
    # The proxy's object is the one that open_session made for this request.
    return getattr(browser_session, "user", None)


def by_token(token: str) -> SignedIn | None:
    """Give who holds a token, None when it does not stand."""
    session, now = db.session(), clock.now()
    row = session.connection().execute(_OF_PROGRAM, {"token_hash": digest(token)}).first()
    if row is None or (row.expires_at and row.expires_at <= now):
        return None
    if row.used_at is None or now - row.used_at > SEEN_EVERY:
        g.touch_token = row.token_id
    viewer = _viewer(session, row, reads=row.scope != "scim")
    return SignedIn(viewer, None, b"", row.scope, row.token_id, row.provider)


def begin(session: DbSession, person_id: int, **of_idp: Any) -> str:
    """Begin a session for a person and give its token (for the cookie). Flushes, does not commit."""
    token, now = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
    expires = now + timedelta(days=settings().session_days)
    limit = of_idp.pop("not_on_or_after", None)
    values = {
        "token_hash": digest(token),
        "person_id": person_id,
        "created_at": now,
        "seen_at": now,
        "data": {},
    }
    values |= {
        "expires_at": min(expires, limit) if limit else expires,
        "user_agent": of_idp.pop("user_agent", "")[:300],
    }
    session.execute(insert(Session).values(**values, **of_idp))
    return token


def set_cookie(response: Any, token: str) -> None:
    """Give the browser its session."""
    secure = settings().secure
    response.set_cookie(
        cookie_name(secure),
        token,
        secure=secure,
        httponly=True,
        samesite=settings().same_site,
        path="/",
        max_age=settings().session_days * 86400,
    )


def clear_cookie(response: Any) -> None:
    """Take the session from the browser, and the pages that it keeps: "back" must not show them."""
    response.headers["Clear-Site-Data"] = '"cache"'
    secure, same_site = settings().secure, settings().same_site
    response.delete_cookie(cookie_name(secure), secure=secure, httponly=True, samesite=same_site, path="/")


def end(session: DbSession, *criteria: Any) -> list[int]:
    """End the sessions that the criteria name, and put out their sockets in this process. Gives their ids."""
    ids = list(session.scalars(select(Session.id).where(*criteria)))
    session.execute(delete(Session).where(Session.id.in_(ids)))
    for session_id in ids:
        live.put_out_session(session_id)
    return ids


def viewer_of_session(session_id: int) -> Viewer | None:
    """Give who a socket's session belongs to now; None when it has ended."""
    current = db.db.session()
    row = _standing(current, _BY_ID, session_id=session_id).first()
    return _viewer(current, row) if row else None


_BY_IDS = _STANDING.where(_SESSION["id"].in_(bindparam("session_ids", expanding=True)))


def viewers_of_sessions(ids: Iterable[int]) -> dict[int, Viewer]:
    """Give {session: who it belongs to now} of those that stand; two or three questions for all of them."""
    current, wanted = db.db.session(), list(ids)
    rows = _standing(current, _BY_IDS, session_ids=wanted).all() if wanted else ()
    tokens = features_tokens(current, {row.id: row.kind for row in rows})
    return {row.session_id: _seen_as(row, _base(row) | tokens[row.id], _known(row)) for row in rows}


def init(app: Flask) -> None:
    """Hang sessions, Flask-Login and the sockets' checks on the application."""
    app.session_interface = DatabaseSessions()
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(load_user)

    @app.after_request
    def _touch_token(response: Any) -> Any:
        if g.get("touch_token") and request.method:
            db.rollback()
            db.begin_write().execute(
                update(ApiToken).where(ApiToken.id == g.touch_token).values(used_at=clock.now())
            )
            db.commit()
        return response
