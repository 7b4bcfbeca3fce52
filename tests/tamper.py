"""What somebody with the database's own keys can do to the audit log: take its guard off and change it."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def unguard(session: Session) -> None:
    """Take away what refuses changes. Inside a transaction that writes."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("DROP TRIGGER audit_no_delete"))
    else:
        session.execute(text("DROP TRIGGER audit_no_change ON audit"))
