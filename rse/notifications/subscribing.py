"""Browsers that are pushed to: the network's keys, who has switched theirs on, their end. Never commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session as DbSession

from rse.accounts.models import Session
from rse.accounts.sealing import CannotOpen, opens, seal, unseal
from rse.core import clock, company, outside
from rse.core.among import among
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.notifications import webpush
from rse.notifications.models import NotificationSettings, PushKey, PushSubscription
from rse.notifications.service import new
from rse.notifications.webpush import Browser, Keys

SWITCH = "push"  # of company.SWITCHES: off where nothing is handed to the push services of browsers
PURPOSE = "web push"
ONLY = 1  # the one row of keys
MOST_REMOVED = 20  # browsers of one person that are remembered as switched off


@dataclass(frozen=True, slots=True)
class Listed:
    """A browser as its owner sees it."""

    id: int
    session_id: int
    user_agent: str
    created_at: datetime
    failing: bool


def is_off(session: DbSession) -> bool:
    """Tell whether the company does without push."""
    return SWITCH in company.switched_off(session)


def keys(session: DbSession, secret_key: str, old: Sequence[str] = ()) -> Keys | None:
    """Give the network's keys; None before there are any. Raises CannotOpen."""
    held = session.get(PushKey, ONLY)
    return Keys(held.public, unseal(held.private, secret_key, PURPOSE, old=old)) if held else None


def public_key(session: DbSession, secret_key: str, old: Sequence[str] = ()) -> str:
    """Give the key that browsers are told, made at the first use. Flushes.

    Keys that no secret key opens any more are made anew: browsers that knew the old ones are asked again.
    """
    try:
        held = keys(session, secret_key, old)
    except CannotOpen:
        session.execute(delete(PushSubscription))
        session.execute(delete(PushKey))
        session.expire_all()
        held = None
    if held is not None:
        return held.public
    made = webpush.new_keys()
    row = {"id": ONLY, "public": made.public, "private": seal(made.private, secret_key, PURPOSE)}
    session.execute(new(session, PushKey), [{**row, "created_at": clock.now()}])
    session.flush()
    return session.scalars(select(PushKey.public)).one()


def seal_anew(session: DbSession, secret_key: str, old: Sequence[str]) -> tuple[list[str], list[str]]:
    """Seal the private key under the present secret key; give its name as renewed, or as lost."""
    held = session.get(PushKey, ONLY)
    if held is None or opens(held.private, secret_key, PURPOSE):
        return [], []
    try:
        held.private = seal(unseal(held.private, secret_key, PURPOSE, old=old), secret_key, PURPOSE)
    except CannotOpen:
        return [], [PURPOSE]
    session.flush()
    return [PURPOSE], []


def subscribe(session: DbSession, viewer: Viewer, session_id: int, browser: Browser, *, tls: bool) -> None:
    """Push to the browser of a session from now on, in the place of what it had. Raises Invalid. Flushes."""
    if is_off(session):
        raise NotFound
    try:
        outside.check(browser.endpoint)
        webpush.check(browser, tls=tls)
    except (outside.NotAsked, ValueError) as error:
        raise Invalid(endpoint=_("This browser gives no address that can be pushed to.")) from error
    hashed = _hashed(browser.endpoint)
    same = or_(PushSubscription.session_id == session_id, PushSubscription.endpoint_hash == hashed)
    session.execute(delete(PushSubscription).where(same))
    session.add(
        PushSubscription(
            person_id=viewer.id, session_id=session_id, endpoint=browser.endpoint, endpoint_hash=hashed,
            p256dh=browser.p256dh, auth=browser.auth, created_at=clock.now(),
        )
    )  # fmt: skip
    settings = session.get(NotificationSettings, viewer.id)
    if settings is not None and settings.push_removed:
        settings.push_removed = [one for one in settings.push_removed if one != hashed]
    session.flush()


def _hashed(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()


def was_removed(session: DbSession, viewer: Viewer, endpoint: str) -> bool:
    """Tell whether somebody has switched a browser off from elsewhere: it must not come back by itself."""
    settings = session.get(NotificationSettings, viewer.id)
    return settings is not None and _hashed(endpoint) in (settings.push_removed or ())


def remove(session: DbSession, viewer: Viewer, subscription_id: int) -> None:
    """Push no more to a browser of one's own. Raises NotFound. Flushes."""
    held = session.get(PushSubscription, subscription_id)
    if held is None or held.person_id != viewer.id:
        raise NotFound
    session.delete(held)
    settings = session.get(NotificationSettings, viewer.id)
    if settings is None:
        settings = NotificationSettings(person_id=viewer.id)
        session.add(settings)
    settings.push_removed = [*(settings.push_removed or ()), held.endpoint_hash][-MOST_REMOVED:]
    session.flush()


def listed(session: DbSession, viewer: Viewer) -> list[Listed]:
    """Give one's browsers that are pushed to, the last one first."""
    query = select(
        PushSubscription.id, PushSubscription.session_id, Session.user_agent, PushSubscription.created_at,
        PushSubscription.failing_since.is_not(None),
    )  # fmt: skip
    query = query.join(Session, Session.id == PushSubscription.session_id)
    query = query.where(PushSubscription.person_id == viewer.id).order_by(PushSubscription.id.desc())
    return [Listed(*row) for row in session.execute(query)]


def reached(session: DbSession, people: Collection[int]) -> set[int]:
    """Give those of these people who have a browser that is pushed to."""
    if not people or is_off(session):
        return set()
    query = select(PushSubscription.person_id).where(among(session, PushSubscription.person_id, people))
    return set(session.scalars(query.distinct()))


def standing(session: DbSession, person_id: int, idle: timedelta) -> Sequence[Any]:
    """Give the browsers of a person in which they are still signed in."""
    now = clock.now()
    query = select(PushSubscription).join(Session, Session.id == PushSubscription.session_id)
    query = query.where(PushSubscription.person_id == person_id, Session.expires_at > now)
    return session.scalars(query.where(Session.seen_at > now - idle)).all()
