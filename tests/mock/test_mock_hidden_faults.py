"""Faults that only certain requests show: each is seen by a client that sends these, and no honest mock answers so."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fleet_contract.mock_server.parts import parts
from proof.mutants import find

from .conftest import Client

KEYS = "/emp/v1/charging-keys"


def create(id: str, *name: str, **more: Any) -> Callable[[Client], httpx.Response]:
    return lambda call: call.create(id, *name, **more)


def rename(id: str, name: str) -> Callable[[Client], httpx.Response]:
    return lambda call: call.rename(id, name)


def with_headers(headers: dict[str, str], query: str = "") -> Callable[[Client], httpx.Response]:
    """Return what asks for a list without a key, but with these headers or this query."""
    return lambda call: call("GET", f"{KEYS}{query}", key=None, headers=headers)


def second_page(call: Client, *, key: str = "demo-key") -> httpx.Response:
    """Return the page that follows the first one, for a caller."""
    cursor = call.keys("?page_size=20").json()["cursor"]
    return call.keys(f"?page_size=20&cursor={cursor}", key=key)


SHOWN: dict[str, Callable[[Client], httpx.Response]] = {
    "a-key-in-the-query-is-taken": with_headers({}, "?api_key=demo-key"),
    "any-authorization-is-taken": with_headers({"Authorization": "Bearer nobody"}),
    "any-cookie-is-taken": with_headers({"Cookie": "session=nobody"}),
    "a-second-page-shows-all-organizations": second_page,
    "the-visual-number-is-kept-in-lower-case": lambda call: (
        call.create_key("04AA", visualNumber="V-1"),
        call.keys("?page_size=500"),
    )[-1],
    "create-takes-the-word-null-for-none": create("one", "null"),
    "rename-takes-the-word-null-for-none": rename("acme-corp-001", "null"),
    "rename-drops-marks-of-direction": rename("acme-corp-001", "a\u200fb"),
    "rename-cuts-a-final-period": rename("acme-corp-001", "Ltd."),
    "create-evaluates-templates": create("one", "{{7*7}}"),
    "create-drops-joiners": create("one", "\U0001f469\u200d\U0001f680"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_fault_is_seen_by_the_right_requests(name: str) -> None:
    seen = []
    for faulty in (False, True):
        made = parts()
        if faulty:
            find(name).spoil(made)
        answer = SHOWN[name](Client(made))
        seen.append((answer.status_code, answer.content))
    assert seen[0] != seen[1]
