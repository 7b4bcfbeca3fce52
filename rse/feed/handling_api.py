"""A post in hand, for programs: pinned, closed, moved; and what somebody leaves out of their feed."""

from typing import Any

from rse.core import db
from rse.core.api import endpoint
from rse.core.web import SIGNED_IN, viewer
from rse.feed import closing, documents, leaving_out, moving, pinning
from rse.feed.api import blueprint
from rse.feed.documents import PostOut
from rse.feed.schemas import CloseForm, MoveForm, SilencedOut
from rse.groups import queries as groups

OFTEN = "60/minute"


@endpoint(blueprint, "/posts/<pid:post_id>/pin", "PUT", rule=SIGNED_IN, status=204, limit=OFTEN)
def pin(post_id: int) -> None:
    """Pin a post at the top of its group's page, as one of the group's moderators."""
    pinning.pin(db.session(), viewer(), post_id)


@endpoint(blueprint, "/posts/<pid:post_id>/pin", "DELETE", rule=SIGNED_IN, status=204, limit=OFTEN)
def unpin(post_id: int) -> None:
    """Let a pinned post go."""
    pinning.pin(db.session(), viewer(), post_id, on=False)


@endpoint(
    blueprint, "/posts/<pid:post_id>/close", "PUT", rule=SIGNED_IN, body=CloseForm, status=204, limit=OFTEN
)
def close(post_id: int, body: CloseForm) -> None:
    """Close a discussion, with a reason; doing so again changes the reason."""
    closing.close(db.session(), viewer(), post_id, reason=body.reason)


@endpoint(blueprint, "/posts/<pid:post_id>/close", "DELETE", rule=SIGNED_IN, status=204, limit=OFTEN)
def reopen(post_id: int) -> None:
    """Let people comment again."""
    closing.reopen(db.session(), viewer(), post_id)


@endpoint(
    blueprint,
    "/posts/<pid:post_id>/group",
    "PUT",
    rule=SIGNED_IN,
    body=MoveForm,
    returns=PostOut,
    limit=OFTEN,
)
def move(post_id: int, body: MoveForm) -> Any:
    """Move a post, with its comments, to a group (slug), or to the whole company (null).

    Where people who are named in it would not read it any more, it is refused until `sure` is true.
    """
    session, who = db.session(), viewer()
    group = groups.find(session, who, body.group) if body.group else None
    moving.move(session, who, post_id, group, sure=body.sure)
    return documents.post(session, who, post_id)


@endpoint(blueprint, "/me/left-out", rule=SIGNED_IN, returns=SilencedOut)
def left_out() -> dict[str, Any]:
    """Tell what you leave out of your feed: people by id, groups by slug, tags, kinds."""
    found: dict[str, list[str]] = {"people": [], "groups": [], "tags": [], "kinds": []}
    for what, key, _name, _on in leaving_out.listed(db.session(), viewer()):
        found[what].append(key)
    return found


@endpoint(blueprint, "/me/left-out/<what>/<key>", "PUT", rule=SIGNED_IN, status=204, limit=OFTEN)
def leave_out(what: str, key: str) -> None:
    """Leave a person, group, tag or kind out of your feed; `what` is people, groups, tags or kinds."""
    leaving_out.silence(db.session(), viewer(), what, key, on=True)


@endpoint(blueprint, "/me/left-out/<what>/<key>", "DELETE", rule=SIGNED_IN, status=204, limit=OFTEN)
def let_in(what: str, key: str) -> None:
    """Let it into your feed again."""
    leaving_out.silence(db.session(), viewer(), what, key, on=False)
