"""Events for programs."""

from flask import Blueprint

from rse.core import db
from rse.core.api import endpoint
from rse.core.web import SIGNED_IN, viewer
from rse.gatherings import service
from rse.gatherings.schemas import Answer

blueprint = Blueprint("gatherings_api", __name__)


@endpoint(blueprint, "/posts/<pid:post_id>/coming", "PUT", rule=SIGNED_IN, body=Answer, status=204)
def come(post_id: int, body: Answer) -> None:
    """Say whether one comes: yes, maybe or no."""
    service.answer(db.session(), viewer(), post_id, body.answer)
