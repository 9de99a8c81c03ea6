"""The corpus goes through stock Connexion and through the mock: same decision, same status, but for a table."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import pytest
from starlette.types import ASGIApp

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.parts import parts
from tests.decisions.exchanging import status_of
from tests.decisions.requests import Request, recorded
from tests.decisions.stock import stock


class Difference(NamedTuple):
    """What the mock decides otherwise, and why; `is_met` says whether a request is of this kind."""

    why: str
    is_met: Callable[[Request], bool]
    stock: frozenset[int]
    ours: frozenset[int]


def path(request: Request) -> str:
    return request.target.partition("?")[0]


def media_type(request: Request) -> str:
    return dict(request.headers).get("content-type", "")


def is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def has_a_known_key(request: Request) -> bool:
    return dict(request.headers).get("x-api-key") in ("demo-key", "other-key")


DIFFERENCES = (
    Difference(
        "The key is asked for before the path and the method are looked at, so that a stranger learns nothing.",
        lambda request: not has_a_known_key(request),
        frozenset({307, 404, 405}),
        frozenset({401}),
    ),
    Difference(
        "A slash at the end makes another path, and no redirect leads away from it.",
        lambda request: path(request).endswith("/"),
        frozenset({307}),
        frozenset({404}),
    ),
    Difference(
        "A slash or a line feed that is encoded belongs to the id: the path is matched as it stands on the wire.",
        lambda request: re.search("%2f|%0a", path(request), re.IGNORECASE) is not None,
        frozenset({404}),
        frozenset({400, 403, 405, 415}),
    ),
    Difference(
        "An id that is not UTF-8 is no fleet's, instead of one with other characters in it.",
        lambda request: not is_utf_8(unquote_to_bytes(path(request))),
        frozenset({400, 403, 404, 415, 500}),
        frozenset({404}),
    ),
    Difference(
        "A body that is not UTF-8 is a bad request, no error of the server's.",
        lambda request: not is_utf_8(request.body),
        frozenset({500}),
        frozenset({400, 415}),
    ),
    Difference(
        "Half of a surrogate pair is no character, and is refused wherever it stands in a body.",
        lambda request: re.search(rb"\\u[dD][89a-fA-F]", request.body) is not None,
        frozenset({200, 201, 404, 409, 500}),
        frozenset({400}),
    ),
    Difference(
        "A body without anything but blanks is a bad request, whatever it is declared as.",
        lambda request: not request.body.strip(),
        frozenset({415}),
        frozenset({400}),
    ),
    Difference(
        "A byte order mark is overlooked, as RFC 8259 allows.",
        lambda request: request.body.startswith(b"\xef\xbb\xbf"),
        frozenset({400}),
        frozenset({200, 201, 403, 404, 409}),
    ),
    Difference(
        "Every media type of JSON is read, in any case and with any parameters.",
        lambda request: media_type(request).startswith(("application/problem+json", "Application/JSON")),
        frozenset({415, 500}),
        frozenset({200, 201, 400, 403, 404, 409}),
    ),
    Difference(
        "A body that is not declared, or declared as nothing, is an unsupported media type.",
        lambda request: media_type(request).strip("; ") == "",
        frozenset({400, 404, 500}),
        frozenset({415}),
    ),
    Difference(
        "An integer is one as JSON writes it, not as Python does.",
        lambda request: "page_size=" in request.target,
        frozenset({200}),
        frozenset({400}),
    ),
)


class Decided(NamedTuple):
    """A request, and the status with which each of the two responded."""

    request: Request
    stock: int
    ours: int


async def compare(requests: list[Request]) -> list[Decided]:
    """Return what both decide; after each success of one alone both begin anew, so that they hold the same."""
    decided = []
    pair = both()
    for request in requests:
        statuses = [await status_of(app, request) for app in pair]
        decided.append(Decided(request, *statuses))
        if len({status // 100 == 2 for status in statuses}) == 2:
            pair = both()
    return decided


def both() -> tuple[ASGIApp, ASGIApp]:
    return stock(), build(parts())


@pytest.fixture(scope="module")
def differing() -> Iterator[list[Decided]]:
    """Give what the two decide otherwise, of the whole corpus."""
    requests = list(recorded())
    assert len(requests) >= 5000
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # Connexion tells of each request that it refuses
    yield [each for each in asyncio.run(compare(requests)) if each.stock != each.ours]
    logging.disable(before)


def test_the_mock_decides_as_stock_connexion_does(differing: list[Decided]) -> None:
    assert [each for each in differing if not explanations(each)] == []


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.why[:40])
def test_each_difference_is_met(difference: Difference, differing: list[Decided]) -> None:
    assert any(difference in explanations(each) for each in differing)


def explanations(decided: Decided) -> list[Difference]:
    return [
        each
        for each in DIFFERENCES
        if decided.stock in each.stock and decided.ours in each.ours and each.is_met(decided.request)
    ]
