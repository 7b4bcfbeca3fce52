"""What an administrator changes about OpenID providers: connect one by its issuer, give it a new secret."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import audit, connecting, oidc
from rse.accounts.models import Provider
from rse.accounts.saml_guard import Refused
from rse.accounts.sealing import CannotOpen, opens, seal, unseal
from rse.core import clock
from rse.core.i18n import _
from rse.core.policy import Invalid

MAX_ID, MAX_SECRET = 200, 1000
MAX_SCOPES = 300


def connect(
    session: Session,
    *,
    name: str,
    issuer: str,
    document: bytes,
    client: tuple[str, str],
    scopes: str,
    secret_key: str,
    production: bool,
    taken: frozenset[str],
    actor_id: int | None,
) -> Provider:
    """Connect a provider by its discovery document, switched off until somebody switches it on.

    `client` is (id, secret) as the provider has given them; `taken` are entity ids that the environment
    connects. Raises Invalid.
    """
    try:
        text = document.decode("utf-8-sig")
        oidc.parse_discovery(text, issuer, production=production)
    except UnicodeDecodeError as error:
        raise Invalid(issuer=_("This file is not UTF-8 text.")) from error
    except Refused as refusal:
        raise Invalid(issuer=_problem(refusal.detail)) from refusal
    client_id, secret = (one.strip() for one in client)
    if not client_id or len(client_id) > MAX_ID:
        raise Invalid(client_id=_("Give the client id that the provider shows."))
    if len(secret) > MAX_SECRET:
        raise Invalid(client_secret=_("This secret is too long."))
    try:
        connecting.require_free(session, issuer, taken)
    except Invalid as invalid:
        raise Invalid(issuer=" ".join(map(str, invalid.errors.values()))) from invalid
    host = urlsplit(issuer).hostname or issuer
    row = Provider(
        slug=connecting.slug_for(session, name or host),
        kind="oidc",
        name=(name or host)[:100],
        entity_id=issuer,
        metadata_url=oidc.well_known(issuer),
        document=text,
        client_id=client_id,
        client_secret=seal(secret, secret_key),
        options={"scopes": scopes[:MAX_SCOPES].split()},
        checked_at=clock.now(),
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    connecting.note(session, "provider.added", row, actor_id, entity_id=issuer)
    return row


def _problem(detail: str) -> str:
    return _("Nothing usable comes from there: %(problem)s.", problem=detail)


def take_discovery(session: Session, row: Provider, content: bytes, now: datetime) -> None:
    """Take a new discovery document when it can be used; else keep the last good one and note the problem."""
    row.checked_at = now
    try:
        document = content.decode("utf-8-sig")
        # Addresses were held to TLS, or not, when it was connected: they are held to what they are now.
        oidc.parse_discovery(document, row.entity_id, production=row.entity_id.startswith("https://"))
    except (Refused, UnicodeDecodeError) as error:
        row.problem = (error.detail if isinstance(error, Refused) else "not UTF-8")[:500]
        return
    row.problem = ""
    if document != row.document:
        row.document = document
        session.flush()
        connecting.note(session, "provider.metadata", row, None)


def change_client(
    session: Session,
    row: Provider,
    *,
    client_id: str,
    secret: str,
    scopes: str,
    secret_key: str,
    actor_id: int,
) -> None:
    """Give a provider other client credentials; an empty secret keeps the one it has. Raises Invalid."""
    client_id, secret = client_id.strip(), secret.strip()
    if not client_id or len(client_id) > MAX_ID:
        raise Invalid(client_id=_("Give the client id that the provider shows."))
    if len(secret) > MAX_SECRET:
        raise Invalid(client_secret=_("This secret is too long."))
    row.client_id = client_id
    row.options = {**(row.options or {}), "scopes": scopes[:MAX_SCOPES].split()}
    if secret:
        row.client_secret = seal(secret, secret_key)
    session.flush()
    connecting.note(session, "provider.client", row, actor_id, secret_changed=bool(secret))


def seal_anew(session: Session, secret_key: str, old: Sequence[str]) -> tuple[list[str], list[str]]:
    """Seal under the present key what those before it sealed; give whose were, and whose no key opens."""
    renewed, lost = [], []
    for row in session.scalars(select(Provider).where(Provider.client_secret != "").order_by(Provider.slug)):
        if opens(row.client_secret, secret_key):
            continue
        try:
            row.client_secret = seal(unseal(row.client_secret, secret_key, old=old), secret_key)
            renewed.append(row.slug)
        except CannotOpen:
            lost.append(row.slug)
    session.flush()
    if renewed:
        audit.record(session, "secrets.renewed", providers=", ".join(renewed))
    return renewed, lost
