"""What counts once: a request that was answered, an assertion that was accepted."""

from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.accounts.models import SeenAssertion, SignInRequest
from rse.accounts.saml import Assertion
from rse.accounts.saml_guard import Refused

DRIFT = timedelta(minutes=10)  # more than the toolkit allows clocks to differ


def use_request(session: Session, request_id: str, now: datetime) -> None:
    """Use up a request, whoever else tries at the same time. Raises Refused when it was used before."""
    mine = update(SignInRequest).where(SignInRequest.id == request_id, SignInRequest.used_at.is_(None))
    if session.scalar(mine.values(used_at=now).returning(SignInRequest.id)) is None:
        raise Refused("used", "the request was answered already")


def use_assertion(session: Session, assertion: Assertion) -> None:
    """Remember an assertion until its end. Raises Refused when it was accepted before."""
    seen = {"idp": assertion.issuer, "id": assertion.id[:254], "expires_at": assertion.until + DRIFT}
    try:
        session.execute(insert(SeenAssertion).values(**seen))
    except IntegrityError as error:
        raise Refused("replay", "the assertion was accepted before") from error
