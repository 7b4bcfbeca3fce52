"""Fixtures of the search tests."""

from tests.search.company import company

__all__ = ["company"]
