"""What the web processes may do in PostgreSQL when they have a role of their own: all but the daily counts.

So the floor does not hang on the application's code alone: a page that went wrong still cannot read what a
person did, nor change a week that was published.
"""

import re

from rse.indicators.engine.models import ROLLUPS
from rse.indicators.models import Cell, CellDepartment, CutCell, Published, PulseWave, Week

FROZEN = (Published, Week, Cell, CellDepartment, CutCell, PulseWave)  # the job alone writes them
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def statements(role: str) -> list[str]:
    """Give the statements for the web's role, to be run by the owner of the tables after each upgrade.

    Raises ValueError for what cannot be the name of a role without quotes.
    """
    if not NAME.fullmatch(role):
        raise ValueError(role)
    frozen = ", ".join(model.__tablename__ for model in FROZEN)
    counts = ", ".join(model.__tablename__ for model in ROLLUPS)
    return [
        f"GRANT USAGE ON SCHEMA public TO {role};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
        f"REVOKE INSERT, UPDATE, DELETE ON {frozen}, alembic_version FROM {role};",
        f"REVOKE ALL ON {counts} FROM {role};",
    ]
