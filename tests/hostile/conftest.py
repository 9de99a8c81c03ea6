"""The mocks of the mock's own tests, for those of its connections."""

from tests.mock.conftest import engine, url

__all__ = ["engine", "url"]
