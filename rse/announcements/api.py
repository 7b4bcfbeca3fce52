"""Announcements for programs."""

from flask import Blueprint

from rse.announcements import service
from rse.core import db
from rse.core.api import endpoint
from rse.core.web import SIGNED_IN, viewer

blueprint = Blueprint("announcements_api", __name__)


@endpoint(blueprint, "/posts/<pid:post_id>/acknowledgement", "PUT", rule=SIGNED_IN, status=204)
def acknowledge(post_id: int) -> None:
    """Say that an announcement is read and understood."""
    service.acknowledge(db.session(), viewer(), post_id)
