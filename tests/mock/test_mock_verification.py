"""Verification: what is as expected, and what is said of what is not."""

import json
from typing import Any

import pytest

from fleet_contract.mock_server.client import Verify
from fleet_contract.mock_server.client.exchanges import Exchange, Message
from fleet_contract.mock_server.client.matching import differences

RENAME = "/emp/v1/fleets/acme%20one/rename"


def exchange(number: int, operation: str | None = "rename_fleet", path: str = RENAME, **more: Any) -> Exchange:
    method = "PUT" if operation == "rename_fleet" else "GET"
    request = Message({"x-trace": "t-1"}, more.pop("text", json.dumps(more.pop("body", {"newName": "New"}))))
    members = {"query": "", "status": 200, "reason": None, "problem": None, **more}
    return Exchange(
        number,
        "replica",
        "",
        0.0,
        "demo",
        operation,
        method,
        path,
        request=request,
        response=Message({}, ""),
        delivery=None,
        **members,
    )


def verify(*exchanges: Exchange) -> Verify:
    return Verify(lambda: exchanges)


def complaint_of(verifying: Verify, **wanted: Any) -> list[str]:
    with pytest.raises(AssertionError) as wrong:
        verifying.once("rename_fleet", **wanted)
    return str(wrong.value).splitlines()


def test_what_is_not_told_does_not_matter() -> None:
    one = exchange(1, query="x=5&y=a&y=b", body={"newName": "New", "more": [1, {"a": None}]})
    seen = verify(one, exchange(2, "list_charging_keys", "/emp/v1/charging-keys"))
    assert seen.once("rename_fleet") is one
    assert seen.once(path={"fleetId": "acme one"}) is one
    assert seen.once(query={"x": 5, "y": ["a", "b"]}, headers={"X-Trace": "t-1"}, status=200, tenant="demo") is one
    assert seen.once(body={"more": [1, {}]}) is one
    assert seen.times(2) == seen.at_least(1, status=200) == seen.at_most(2)
    seen.never("create_fleet")


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"body": {"newName": "Old"}}, 'body.newName: expected "Old", was "New"'),
        ({"body": {"name": "New"}}, 'body.name: expected "New", was absent'),
        ({"path": {"fleetId": "acme"}}, 'path.fleetId: expected "acme", was "acme one"'),
        ({"query": {"x": True}}, 'query.x: expected "true", was absent'),
        ({"headers": {"X-Trace": "t-2"}}, 'headers.x-trace: expected "t-2", was "t-1"'),
        ({"status": 404}, "status: expected 404, was 200"),
        ({"reason": "no such fleet"}, 'reason: expected "no such fleet", was null'),
        ({"body": "text"}, 'body: expected "text", was {"newName": "New"}'),
    ],
)
def test_a_difference_is_told_with_its_place(wanted: dict[str, Any], line: str) -> None:
    said = complaint_of(verify(exchange(1)), **wanted)
    assert said[0].startswith("Expected exactly 1 of: rename_fleet with ")
    assert said[1:4] == ["Found 0 among 1 exchanges.", "Nearest misses:", f"  #1 PUT {RENAME} was answered 200"]
    assert said[4:] == [f"    {line}"]


def test_the_nearest_come_first_and_others_are_left_out() -> None:
    far = [exchange(number, "list_charging_keys", "/emp/v1/charging-keys") for number in (1, 2, 3)]
    near = exchange(4, body={"newName": "new"})
    nearer = exchange(5, body={"newName": "New"}, status=500)
    said = complaint_of(verify(*far, near, nearer), body={"newName": "New"}, status=200)
    shown = [line for line in said if line.startswith("  #")]
    assert [line[3] for line in shown] == ["5", "4", "3"]
    assert said[-1] == '    operation: expected "rename_fleet", was "list_charging_keys"'


def test_too_many_are_listed_with_why_they_were_refused() -> None:
    refused = exchange(2, status=404, reason="unknown-fleet", problem={"detail": "No fleet has this id."})
    said = complaint_of(verify(exchange(1), refused))
    assert said[1:] == [
        "Found 2 among 2 exchanges.",
        "As expected:",
        f"  #1 PUT {RENAME} was answered 200",
        f"  #2 PUT {RENAME} was answered 404 (unknown-fleet)",
        "    No fleet has this id.",
    ]
    with pytest.raises(AssertionError, match="Expected no refusal:\n  #2 PUT"):
        verify(exchange(1), refused).nothing_refused()
    verify(exchange(1)).nothing_refused()


def test_numbers_are_kept() -> None:
    three = verify(*(exchange(number) for number in range(3)))
    for call, number in ((three.at_least, 4), (three.at_most, 2), (three.times, 2)):
        with pytest.raises(AssertionError, match=f"(at least|at most|exactly) {number} of: rename_fleet\n"):
            call(number, "rename_fleet")
    with pytest.raises(AssertionError, match="exactly 0"):
        three.never()
    many = verify(*(exchange(number) for number in range(30)))
    with pytest.raises(AssertionError, match="  and 20 more"):
        many.never()


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    assert complaint_of(verify()) == ["Expected exactly 1 of: rename_fleet", "Found 0 among 0 exchanges."]


def test_what_no_exchange_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no operation 'rename_fleets'.*rename_fleet'\?"):
        verify().never("rename_fleets")
    with pytest.raises(
        ValueError, match=r"no parameter of a path 'fleetID'\. Did you mean 'fleetId'\? There are fleetId\.$"
    ):
        verify().never("rename_fleet", path={"fleetID": "acme-corp-001"})
    with pytest.raises(ValueError, match=r"no parameter of a path 'fleetId'\.$"):
        verify().never("create_fleet", path={"fleetId": "acme-corp-001"})
    with pytest.raises(
        ValueError, match=r"no reason 'no such flet'\. Did you mean 'no such fleet'\? There are no key, "
    ):
        verify().never(reason="no such flet")
    verify().never(path={"locationId": "loc-001"}, reason=None)
    with pytest.raises(ValueError, match="no 'fleet' that could be expected"):
        verify().never("rename_fleet", fleet="x")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("expected", "found", "count"),
    [(1, 1.0, 0), (True, 1, 1), (None, None, 0), ([1, 2], [2, 1], 2), ([1], [1, 2], 1), ({}, {"a": 1}, 0), ({}, [], 1)],
)
def test_values_are_compared_as_json(expected: Any, found: Any, count: int) -> None:
    assert len(differences(expected, found)) == count


def test_a_body_that_is_no_json_is_text() -> None:
    assert verify(exchange(1, text="{")).once(body="{")
    assert verify(exchange(1, text="")).once(body=None)
