"""What the tests of mobility share: the little company of the search tests."""

from tests.search.company import company

__all__ = ["company"]
