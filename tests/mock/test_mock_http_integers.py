"""Numbers and other values as JSON writes them, not as Python reads them (RFC 8259)."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from fleet_contract.mock_server.handlers import cursor_to
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving

from .raw import JSON, KEY, exchange, request

NO_INTEGERS = [
    "1_0",
    "+10",
    " 10",
    "10 ",
    "\n10",
    "10\n",
    "\u00a010",
    "\u0661\u0660",
    "\uff11\uff10",
    "010",
    "0x10",
    "1e1",
    "10.0",
    "10.",
    "--10",
    "-",
    "",
    "true",
    "null",
    '"10"',
    "10,11",
    "NaN",
    "9" * 5000,
]


@pytest.mark.parametrize("text", NO_INTEGERS)
@pytest.mark.parametrize("answer", ["400", "clamped"])
def test_a_page_size_is_an_integer_of_json(integers: dict[str, str], text: str, answer: str) -> None:
    response = exchange(integers[answer], request(f"GET /emp/v1/charging-keys?page_size={quote(text)}", KEY))
    assert (response.status, b"page_size is not an integer" in response.rest) == (400, True)


@pytest.fixture(scope="module")
def integers() -> Iterator[dict[str, str]]:
    with serving() as strict, serving(parts({"keys.page-size": "clamped"})) as lenient:
        yield {"400": strict, "clamped": lenient}


@pytest.mark.parametrize(("text", "status"), [("10", 200), ("500", 200), ("0", 400), ("-5", 400), ("-0", 400)])
def test_an_integer_out_of_range_is_an_integer(integers: dict[str, str], text: str, status: int) -> None:
    path = f"/emp/v1/charging-keys?page_size={text}"
    strict, lenient = (exchange(url, request(f"GET {path}", KEY)) for url in (integers["400"], integers["clamped"]))
    assert (strict.status, lenient.status) == (status, 200)
    assert b"no integer" not in strict.rest


def test_of_a_parameter_that_comes_twice_the_last_counts(url: str) -> None:
    assert exchange(url, request("GET /emp/v1/charging-keys?page_size=x&page_size=10", KEY)).status == 200
    assert exchange(url, request("GET /emp/v1/charging-keys?page_size=10&page_size=x", KEY)).status == 400


@pytest.mark.parametrize(
    "cursor",
    ["YWZ0ZXI6MDEw", "YWZ0ZXI6KzEw", "YWZ0ZXI6MV8w", "YWZ0ZXI6IDEw", "YWZ0ZXI62aHZoA", "YWZ0ZXI6LTE", "YWZ0ZXI6MTA="],
)
def test_a_cursor_is_taken_only_as_it_was_given_out(url: str, cursor: str) -> None:
    assert cursor_to(10) == "YWZ0ZXI6MTA"
    assert exchange(url, request(f"GET /emp/v1/charging-keys?cursor={cursor_to(10)}", KEY)).status == 200
    assert exchange(url, request(f"GET /emp/v1/charging-keys?cursor={quote(cursor)}", KEY)).status == 400


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        "01",
        "-01",
        "1_000",
        "1.",
        ".5",
        "1e",
        "0x1",
        "1e+",
        "- 1",
        "\u0661",
        "True",
        "None",
        "'x'",
        "undefined",
        '"\t"',
        '"\n"',
        '"\x00"',
        '"\\x41"',
        '"\\u12"',
        "[1,]",
        '{"a":1,}',
        "/**/1",
        "1 2",
        "\u00a01",
        "\ufeff1",
    ],
)
def test_a_body_is_json_to_the_letter(url: str, value: str) -> None:
    body = f'{{"fleetId": "letter", "extra": {value}}}'.encode()
    response = exchange(url, request("POST /emp/v1/fleets", KEY, JSON, body=body))
    assert (response.status, b"The body is not JSON" in response.rest) == (400, True)


@pytest.mark.parametrize("enabled", ['"true"', "1", "0", '"false"', "null", "[]"])
def test_a_boolean_is_one_of_json(url: str, enabled: str) -> None:
    body = f'{{"keyIdentifier": "B", "visualNumber": "V", "contractId": "C", "enabled": {enabled}}}'.encode()
    assert exchange(url, request("POST /emp/v1/charging-keys", KEY, JSON, body=body)).status == 400
