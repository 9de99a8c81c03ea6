"""A pytest plugin with the fixture `fleet_mock`, for whoever tests a client against the mock.

It is loaded by name: `pytest_plugins = ["fleet_contract.mock_server.pytest_plugin"]`.
"""

from collections.abc import Iterator

import pytest


@pytest.fixture
def fleet_mock() -> Iterator[str]:
    """Give the URL of a fresh mock in its default dialect; `demo-key` is the key of its first tenant."""
    # Imported when the fixture is used: loading this plugin costs a consumer's other tests nothing.
    from fleet_contract.mock_server.serving import serving

    with serving() as url:
        yield url
