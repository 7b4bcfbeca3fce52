"""Who writes by a hook: the secret of its address stands for a session, for that one call."""

from flask import Flask, g, request

from rse.accounts.sessions import SignedIn, viewer_of_person
from rse.core import db
from rse.integration import queries, service

ENDPOINT = "integration_api.receive"


def init(app: Flask) -> None:
    """Let the address of a hook say who calls, so that rates and repeated calls count by hook."""

    @app.before_request
    def _recognise() -> None:
        if request.endpoint != ENDPOINT:
            return
        session = db.session()
        hook = queries.by_secret(session, (request.view_args or {}).get("secret", ""))
        account = viewer_of_person(session, hook.person_id) if hook is not None else None
        if hook is not None and account is not None:
            g.incoming_hook = hook
            g.pop("_login_user", None)  # Flask-Login's: nobody, until here
            g.setdefault("_login_user", SignedIn(service.writer(session, hook, account), scope="write"))
