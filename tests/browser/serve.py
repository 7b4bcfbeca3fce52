"""Serves the application to the browser tests: python -m tests.browser.serve PORT DATA_DIR [cast].

A DATA_DIR without a database is filled with the demo company, or with the cast alone if "cast" is asked for; a session
token for each of the cast goes to DATA_DIR/tokens.json before it begins to listen. PORT 0: only fills.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from rse.accounts import sessions
from rse.accounts.models import Person
from rse.app import create_app
from rse.core import db, live
from rse.core.model import Base
from tests import factories


def fill(app: Flask, *, demo: bool) -> None:
    """Make the tables and the people."""
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
    if demo and find_spec("rse.demo") and "demo" in app.cli.commands:
        done = app.test_cli_runner().invoke(args=["demo", "load"])
        if done.exit_code:
            raise SystemExit(f"demo load failed: {done.output}\n{done.exception!r}")
        return
    with app.app_context():
        factories.make_cast(db.begin_write())
        db.commit()


def tokens(app: Flask) -> dict[str, str]:
    """Begin a session for each of the cast; keys are their first names."""
    with app.app_context():
        session = db.begin_write()
        ids = dict(session.execute(select(Person.uid, Person.id)).tuples().all())
        found = {
            name: sessions.begin(session, ids[uid])
            for name, (uid, *_rest) in factories.CAST.items()
            if uid in ids
        }
        db.commit()
        return found


def main(port: int, folder: Path, *, demo: bool) -> None:
    """Fill and serve until stopped."""
    app = create_app(
        {
            "secret_key": "browser-tests-0123456789-abcdefghijklmn",
            "data_dir": folder,
            "base_url": f"http://127.0.0.1:{port}",
            "company": "Rosemar",
            "contact": "Thomas Nguyen, thomas.nguyen@demo.example",
            "rate_limits": False,
        }
    )
    if not (folder / "rse.db").exists():
        fill(app, demo=demo)
    if not port:
        return
    if not (folder / "tokens.json").exists():
        (folder / "tokens.json").write_text(json.dumps(tokens(app)))
    live.socketio.run(app, host="127.0.0.1", port=port, allow_unsafe_werkzeug=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), demo="cast" not in sys.argv[3:])
