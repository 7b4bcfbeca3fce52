"""What an administrator changes about identity providers: connect, refresh, edit, switch, delete."""

import re
import unicodedata
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.connections import ENVIRONMENT
from rse.accounts.models import Provider
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_metadata import parse_metadata
from rse.core import clock
from rse.core.i18n import _
from rse.core.policy import Invalid

SLUG = 50
MAX_PROVIDERS = 50
EDITED = ("name", "domains", "options", "mapping", "grants", "grants_mode")


def slug_for(session: Session, name: str) -> str:
    """Give a free short name for addresses, made of the name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG] or "idp"
    taken = {ENVIRONMENT, "new", "report", "metadata", *session.scalars(select(Provider.slug))}
    return next(slug for n in range(1, 1000) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


def may_fetch(url: str, *, production: bool) -> bool:
    """Tell whether metadata may come from this address: over TLS; in development also without."""
    parts = urlsplit(url)
    return (
        bool(parts.hostname)
        and not parts.username
        and parts.scheme in ({"https"} if production else {"https", "http"})
    )


def connect(
    session: Session, *, name: str, content: bytes, url: str = "", taken: frozenset[str], actor_id: int | None
) -> Provider:
    """Connect a provider by its metadata, switched off until somebody switches it on.

    `taken` are the entity ids that the environment connects. Raises Invalid.
    """
    try:
        found = parse_metadata(content)
        document = content.decode("utf-8-sig")
    except Refused as refusal:
        raise Invalid(metadata=_problem(refusal)) from refusal
    except UnicodeDecodeError as error:
        raise Invalid(metadata=_("This file is not UTF-8 text.")) from error
    require_free(session, found.entity_id, taken)
    host = urlsplit(found.sso_url).hostname or found.entity_id
    row = Provider(
        slug=slug_for(session, name or host),
        kind="saml",
        name=(name or host)[:100],
        entity_id=found.entity_id,
        metadata_url=url,
        document=document,
        checked_at=clock.now() if url else None,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    note(session, "provider.added", row, actor_id, entity_id=row.entity_id)
    return row


def _problem(refusal: Refused) -> str:
    return _("These metadata cannot be used: %(problem)s.", problem=refusal.detail)


def require_free(session: Session, entity_id: str, taken: frozenset[str]) -> None:
    """Raise Invalid(metadata=...) when a provider is connected already, or cannot be."""
    known = session.scalar(select(Provider.name).where(Provider.entity_id == entity_id))
    if known is not None or entity_id in taken:
        raise Invalid(metadata=_("This identity provider is connected already."))
    if len(entity_id) > Provider.entity_id.type.length:
        raise Invalid(metadata=_("The entity id is too long."))
    if (session.scalar(select(func.count()).select_from(Provider)) or 0) >= MAX_PROVIDERS:
        raise Invalid(metadata=_("No more identity providers can be connected."))


def take_metadata(session: Session, row: Provider, content: bytes, now: datetime) -> None:
    """Take new metadata when they can be used; else keep the last good copy and note the problem."""
    row.checked_at = now
    try:
        found = parse_metadata(content)
        document = content.decode("utf-8-sig")
    except (Refused, UnicodeDecodeError) as error:
        row.problem = (error.detail if isinstance(error, Refused) else "not UTF-8")[:500]
        return
    if found.entity_id != row.entity_id:
        row.problem = f"they describe another identity provider: {found.entity_id[:200]}"
        return
    row.problem = ""
    if document != row.document:
        row.document = document
        session.flush()
        note(session, "provider.metadata", row, None, certificates=len(found.certificates))


def replace_metadata(session: Session, row: Provider, content: bytes, actor_id: int | None) -> None:
    """Take new metadata from an administrator's hands. Raises Invalid when they cannot be used."""
    take_metadata(session, row, content, clock.now())
    if row.problem:
        problem, row.problem = row.problem, ""
        raise Invalid(metadata=_problem(Refused("metadata", problem)))
    note(session, "provider.metadata", row, actor_id)


def edit(session: Session, row: Provider, actor_id: int | None, **changes: Any) -> None:
    """Change the administrator's side of a provider; the audit log names the fields that changed."""
    changed = [name for name in EDITED if name in changes and getattr(row, name) != changes[name]]
    for name in changed:
        setattr(row, name, changes[name])
    session.flush()
    if changed:
        details = {name: changes[name] for name in changed}
        note(session, "provider.edited", row, actor_id, **details)


def switch(session: Session, row: Provider, actor_id: int | None, *, on: bool, others: int) -> None:
    """Let people in by a provider, or not any more; `others` is how many other ways in there are."""
    if not on:
        _require_other(row, others)
    if row.enabled != on:
        row.enabled = on
        session.flush()
        note(session, "provider.enabled" if on else "provider.disabled", row, actor_id)


def delete(session: Session, row: Provider, actor_id: int | None, *, others: int) -> None:
    """Forget a provider; its people stay, and can be joined by another one."""
    _require_other(row, others)
    note(session, "provider.deleted", row, actor_id, entity_id=row.entity_id)
    session.delete(row)
    session.flush()


def _require_other(row: Provider, others: int) -> None:
    if row.enabled and others < 1:
        raise Invalid(provider=_("This is the last way in: connect and switch on another one first."))


def note(session: Session, action: str, row: Provider, actor_id: int | None, **details: Any) -> None:
    """Write what was done to a provider into the audit log."""
    audit.record(session, action, actor_id=actor_id, target=f"provider:{row.slug}", **details)
