"""Tokens of identity providers: two of each are good at once, so that one can be replaced without a cut.

They belong to an account of kind service, one per provider: nobody's leaving ends the provisioning.
"""

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import lifecycle, service
from rse.accounts.models import ApiToken, Person
from rse.core import clock
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.provisioning.scim_account import NOWHERE

AT_ONCE = 2
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def tokens(session: Session) -> list[ApiToken]:
    """Give the tokens of all providers, by provider, the newest first."""
    query = select(ApiToken).where(ApiToken.scope == "scim")
    return list(session.scalars(query.order_by(ApiToken.provider, ApiToken.id.desc())))


def create(session: Session, provider: str, life: timedelta | None, actor_id: int) -> str:
    """Make a token for a provider and give it: it is shown this once. Raises Invalid(provider=...)."""
    name = provider.strip().lower()
    if not NAME.fullmatch(name):
        raise Invalid(provider=_("Lower-case letters, digits and dashes, at most 40."))
    held = session.scalars(select(ApiToken.expires_at).where(ApiToken.provider == name)).all()
    if sum(end is None or end > clock.now() for end in held) >= AT_ONCE:
        raise Invalid(provider=_("Two tokens of this provider are good already: end one of them first."))
    account = _account(session, name)
    return service.create_token(session, account, "scim", life=life, provider=name, actor_id=actor_id)


def _account(session: Session, provider: str) -> Person:
    """Give the account that a provider writes as."""
    uid = f"scim.{provider}"
    known = session.scalar(select(Person).where(Person.uid == uid))
    if known is not None:
        if known.kind != "service":
            raise Invalid(provider=_("A person has the login %(uid)s: choose another name.", uid=uid))
        return known
    made = Person(
        uid=uid, email=f"{uid}@{NOWHERE}", display_name=f"SCIM {provider}"[:200], sort_name=uid,
        kind="service", status="active", roles=frozenset(), created_at=clock.now(), version=1,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def revoke(session: Session, token_id: int, actor_id: int) -> None:
    """End a token of a provider at once. Raises NotFound."""
    token = session.get(ApiToken, token_id)
    if token is None or token.scope != "scim":
        raise NotFound
    lifecycle.revoke_token(session, token_id, token.person_id, actor_id=actor_id)
