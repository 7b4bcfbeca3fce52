"""Inputs of the indicators' API."""

from datetime import date

from rse.core.api import Schema


class AsOf(Schema):
    """A published Sunday; the last one when it is not given."""

    as_of: date | None = None
