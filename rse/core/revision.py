"""The revision of the database: which one it has, which one this version of the program needs."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


@cache
def newest() -> str:
    """Give the revision that this version of the program needs."""
    return _scripts().get_current_head() or ""


@cache
def known() -> frozenset[str]:
    """Give every revision that this version of the program can begin from."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def present(session: Session) -> str | None:
    """Give the revision of the database; None when it was never brought to one."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def problem(session: Session) -> str | None:
    """Say how the database differs from what the program needs, or None."""
    has, needs = present(session), newest()
    if has == needs:
        return None
    if has is None:
        return "the database has no revision: run `flask db upgrade`"
    if has in known():
        return f"the database is at {has}, this version needs {needs}: run `flask db upgrade`"
    return f"the database is at {has}, which this version does not know: a newer one made it"
