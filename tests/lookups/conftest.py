"""The databases that the tests of tables ask."""

from tests.lookups.databases import server

__all__ = ["server"]
