"""Where a mail server hands in the answers to our mails: one message, as it came, behind a secret."""

import hmac
from typing import Any

from flask import abort, jsonify, request

from rse.core import db
from rse.core.web import PUBLIC, route, settings
from rse.notifications import letters_in, replying
from rse.notifications.views import blueprint


@route(blueprint, "/mail/replies", rule=PUBLIC, methods=("POST",), limit="600/minute")
def reply() -> Any:
    """Take in one mail (RFC 5322) and say what came of it; 404 where mails cannot be answered."""
    secret = settings().reply_secret
    if not secret:
        abort(404)
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(sent.encode(), secret.encode()):
        abort(403)
    if (request.content_length or 0) > letters_in.MOST:
        abort(413)
    outcome = replying.take(db.session(), request.get_data(cache=False))
    return jsonify(outcome=outcome)
