"""Every access token of everybody, for those who administer: whose, how far it reaches, until when."""

from typing import Any

from flask import request, url_for

from rse.accounts import lifecycle
from rse.accounts.models import ApiToken
from rse.administration import queries, words
from rse.administration.people_views import PAGE, ROW
from rse.administration.views import blueprint
from rse.core import clock, db
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import ADMIN, decode_cursor, encode_cursor, flash, page, route, see_other, viewer_id


@route(blueprint, "/admin/tokens", rule=ADMIN)
def tokens_page() -> Any:
    """List the tokens, the newest first."""
    after = decode_cursor(request.args.get("after"), int)
    found = queries.all_tokens(db.session(), after[0] if after else None, PAGE)
    more = url_for(".tokens_page", after=encode_cursor(found[PAGE - 1].id)) if len(found) > PAGE else None
    return page(
        "administration/tokens.html", tokens=found[:PAGE], more=more, scopes=words.SCOPES, now=clock.now()
    )


@route(blueprint, f"/admin/tokens/{ROW}/revoke", rule=ADMIN, methods=("POST",))
def revoke_any_token(row_id: int) -> Any:
    """End a token at once."""
    found = db.session().get(ApiToken, row_id)
    if found is None:
        raise NotFound
    lifecycle.revoke_token(db.session(), row_id, found.person_id, actor_id=viewer_id())
    flash(_("The token is revoked."), "ok")
    return see_other(".tokens_page")
