"""Mocks that are judged."""

from collections.abc import Iterator

import pytest

from tests.suite.harness import mock


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as served:
        yield served


@pytest.fixture(scope="module")
def broken() -> Iterator[str]:
    with mock("codes-are-wrapped") as served:
        yield served
