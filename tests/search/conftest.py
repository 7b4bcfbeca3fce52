"""Fixtures of the search tests."""

from tests.search.company import company
from tests.search.engines import engines

__all__ = ["company", "engines"]
