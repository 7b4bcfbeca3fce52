"""How long sessions that have ended and the traces of sign-ins are kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from rse.accounts.models import SeenAssertion, SignInLink, SignInReport, SignInRequest, SignInTicket
from rse.accounts.models import Session as Signed
from rse.core.i18n import lazy
from rse.core.retention import Keep, of_rows, older

TRACES = (SignInTicket, SignInRequest, SeenAssertion, SignInReport, SignInLink)


def _traces(session: Session, before: datetime, most: int) -> int:
    """Remove sign-ins that are over. An assertion stays until its own end: it is not taken twice."""
    return max(older(session, table.expires_at, before, most) for table in TRACES)


KEEPS = (
    Keep(
        "sessions", lazy("Sessions that have ended"),
        lazy("Which browser was signed in, and until when. The audit log keeps the sign-ins."),
        7, 1, 90, of_rows(Signed.expires_at),
    ),
    Keep(
        "signin_requests", lazy("Requests and answers of sign-ins"),
        lazy("They tell one that was used already from one that never was."), 1, 1, 1, _traces,
    ),
)  # fmt: skip
