"""Inputs of the indicators' pages and API."""

from datetime import date
from typing import Literal

from pydantic import Field

from rse.core.api import Schema


class AsOf(Schema):
    """A published Sunday; the last one when it is not given."""

    as_of: date | None = None


class Verdict(Schema):
    """What becomes of a weak signal; `never` also keeps its words out for good."""

    day: date
    term: str = Field(min_length=1, max_length=200)
    verdict: Literal["publish", "refuse", "never"]


class Listening(Schema):
    """How weak signals are looked for: only what passes the strict test, and words that never count."""

    strict: bool = False
    words: str = Field("", max_length=10_000)


class PulseAnswer(Schema):
    """One answer to the pulse's question."""

    answer: Literal["very", "somewhat", "not", "na"]
