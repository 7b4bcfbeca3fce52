"""What the forms of the random coffee send."""

from typing import Literal

from rse.core.api import Schema


class SeatForm(Schema):
    """What somebody wants of the draws to come."""

    action: Literal["join", "pause", "leave"]
    weeks: Literal["2", "4", "12"] = "4"


class MetForm(Schema):
    """Whether a meeting took place."""

    met: bool = True
