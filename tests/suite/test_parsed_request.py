"""A request is understood whatever it holds, and what is no path of an operation is none."""

from gc import collect
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_contract.contract_tests.exchange import Caller, Request
from fleet_contract.contract_tests.judging.coercion import as_taken
from fleet_contract.contract_tests.judging.parsed_request import ParsedRequest, parse_request

LOCATION = "/v1/locations/{locationId}"
# What bodies and paths may be broken by, in JSON, in YAML and in URLs.
PIECES = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    ":",
    ",",
    "&a ",
    "*a",
    "!!bool ",
    "!!timestamp ",
    "!x ",
    "<<",
    "?",
    "#",
    "//",
    "\\",
]
TEXTS = st.lists(st.sampled_from([*PIECES, "fleetId", "2026-11-30", "1:30", ".nan", "%", " "])).map("".join)


def parsed(method: str, path: str, body: bytes = b"") -> ParsedRequest:
    return parse_request(Request(method, path, Caller.OWNER, body=body), LOCATION)


@given(TEXTS, TEXTS)
def test_any_request_is_understood(path: str, body: str) -> None:
    for text in (f"{{{body}}}", body):
        request = parsed("POST", "/emp/v1/fleets", text.encode())
        as_taken(request, {"fleetId": "a"})
    parsed("GET", path)
    parsed("GET", f"/emp/v1/charging-keys{path}")


@pytest.mark.parametrize("body", [b"{'a':" * 100_000, b"{a: " + b"[" * 100_000, b"{a: " + b"- " * 100_000])
def test_a_body_without_a_bottom_has_no_members(body: bytes) -> None:
    assert parsed("POST", "/emp/v1/fleets", body).fields == {}


@pytest.mark.parametrize(
    "path",
    ["//h/emp/v1/fleets", "/emp/v1/fleets#x", "//emp/v1/fleets", "/emp/v1/fleets/", "http://h/emp/v1/fleets", "//[x"],
)
def test_what_is_no_path_of_an_operation_is_none(path: str) -> None:
    request = parsed("POST", path)
    assert (request.operation, request.is_wrong_method) == ("", False)


def test_a_parameter_that_is_given_twice_leaves_open_what_is_asked() -> None:
    assert parsed("GET", "/emp/v1/charging-keys?page_size=10&page_size=20").is_ambiguous
    assert not parsed("GET", "/emp/v1/charging-keys?page_size=10&fleetId=20").is_ambiguous
    assert not parsed("POST", "/emp/v1/fleets?a=1&a=2").is_ambiguous  # where no parameter means anything


def test_what_was_read_of_a_request_is_read_once_and_lives_as_long_as_it() -> None:
    request = Request("PUT", "/emp/v1/fleets/a/rename", Caller.OWNER, body=b'{"newName": "x"}')
    read = parse_request(request, LOCATION)
    assert parse_request(request, LOCATION) is read
    gone = ref(read)
    del request, read
    collect()
    assert gone() is None


def test_where_prices_stand_decides_what_is_asked_for() -> None:
    request = Request("GET", "/v2/places/1", Caller.OWNER)
    assert [parse_request(request, each).operation for each in (LOCATION, "/v2/places/{id}")] == ["", "get_location"]
