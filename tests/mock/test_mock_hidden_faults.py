"""Faults that only certain requests show: each is seen by a client that sends these, and no honest mock answers so."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fleet_contract.mock_server.parts import parts
from proof.mutants import find

from .conftest import Client

KEYS = "/emp/v1/charging-keys"


def steps(*requests: Callable[[Client], httpx.Response]) -> Callable[[Client], httpx.Response]:
    """Return what sends requests in turn and gives the last answer."""
    return lambda call: [request(call) for request in requests][-1]


def create(id: str, *name: str, **more: Any) -> Callable[[Client], httpx.Response]:
    return lambda call: call.create(id, *name, **more)


def rename(id: str, name: str) -> Callable[[Client], httpx.Response]:
    return lambda call: call.rename(id, name)


def codes(id: str) -> Callable[[Client], httpx.Response]:
    return lambda call: call.codes(id)


def look_up(id: str, other: str) -> Callable[[Client], httpx.Response]:
    """Return what creates a fleet and asks for another one."""
    return steps(create(id), rename(other, "New"))


def with_headers(headers: dict[str, str], query: str = "") -> Callable[[Client], httpx.Response]:
    """Return what asks for a list without a key, but with these headers or this query."""
    return lambda call: call("GET", f"{KEYS}{query}", key=None, headers=headers)


def second_page(call: Client, *, key: str = "demo-key") -> httpx.Response:
    """Return the page that follows the first one, for a caller."""
    cursor = call.keys("?page_size=20").json()["cursor"]
    return call.keys(f"?page_size=20&cursor={cursor}", key=key)


LONG = "x" * 99
SHOWN: dict[str, Callable[[Client], httpx.Response]] = {
    "a-key-in-the-query-is-taken": with_headers({}, "?api_key=demo-key"),
    "any-authorization-is-taken": with_headers({"Authorization": "Bearer nobody"}),
    "any-cookie-is-taken": with_headers({"Cookie": "session=nobody"}),
    "create-numbers-a-name-that-is-taken": steps(create("one", "Twins"), create("two", "Twins")),
    "a-fleet-without-a-name-can-be-made-by-others-too": steps(create("one"), create("one", "Mine", key="other-key")),
    "only-the-newest-ids-are-remembered": steps(*[create(f"fleet-{n}") for n in range(9)], create("fleet-0", "Other")),
    "an-id-that-was-not-found-stays-so": steps(codes("late"), create("late"), rename("late", "New")),
    "an-id-that-was-asked-for-is-taken": steps(codes("late"), create("late")),
    "a-refused-create-takes-the-id": steps(create("late", "x" * 101), create("late", "x")),
    "codes-are-found-under-a-shorter-id": codes("acme-corp-00"),
    "a-cursor-opens-the-list-of-its-first-user": lambda call: second_page(call, key="other-key"),
    "a-second-page-shows-all-organizations": second_page,
    "the-visual-number-is-kept-in-lower-case": lambda call: (
        call.create_key("04AA", visualNumber="V-1"),
        call.keys("?page_size=500"),
    )[-1],
    "ids-are-compared-by-50-characters": look_up(f"{LONG}1", f"{LONG}2"),
    "zeros-before-a-number-are-overlooked": look_up("fleet-007", "fleet-7"),
    "a-hyphen-is-an-underscore": look_up("a-b", "a_b"),
    "punctuation-is-overlooked": look_up("a-b", "ab"),
    "ids-are-compared-without-accents": look_up("caf\u00e9", "caf"),
    "wide-letters-are-narrow-ones": look_up("abc", "%EF%BD%81bc"),
    "blanks-around-an-id-are-overlooked-in-paths": look_up("abc", "%20abc"),
    "marks-of-direction-are-dropped-in-paths": look_up("a\u202eb", "a%E2%80%AEb"),
    "create-takes-the-word-null-for-none": create("one", "null"),
    "rename-takes-the-word-null-for-none": rename("acme-corp-001", "null"),
    "rename-drops-marks-of-direction": rename("acme-corp-001", "a\u200fb"),
    "rename-cuts-a-final-period": rename("acme-corp-001", "Ltd."),
    "create-evaluates-templates": create("one", "{{7*7}}"),
    "a-create-without-a-name-finds-the-fleet": create("acme-corp-001"),
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
