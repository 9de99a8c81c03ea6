"""Header fields: one that is no list stands once, in a response and in a request (RFC 9110, section 5.3)."""

import re
from collections.abc import Iterator

import pytest

from fleet_contract.mock_server.control.document import control_document
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.document import document, operations

from .raw import JSON, KEY, connected, exchange, read, repeated, request, until_closed

PAGES = ("/", "/ui", "/ui/", "/ui/swagger-ui.css", "/ui/nothing", "/openapi.json", "/openapi.yaml", "/nowhere")
OPERATIONS = (*operations(document()), *operations(control_document()))
# The events go on for ever; HEAD shows their fields.
CALLS = {
    *((method, path) for path in PAGES for method in ("GET", "HEAD", "OPTIONS", "POST")),
    *((each.method, each.path) for each in OPERATIONS if not each.path.endswith("/events")),
    *(("HEAD", each.path) for each in OPERATIONS if each.method == "GET"),
}
ASKING = ((), (KEY,), (KEY, "Origin: http://localhost:3000"), (KEY, "Range: bytes=0-5"), (KEY, "Prefer: status=404"))
KEYS = "/emp/v1/charging-keys"


@pytest.fixture(scope="module")
def below() -> Iterator[str]:
    made = parts()
    made.base_path = "/drive"
    with serving(made) as served:
        yield served


@pytest.mark.parametrize("base", ["", "/drive"])
def test_no_field_of_a_response_stands_twice(url: str, below: str, base: str) -> None:
    for method, path in sorted(CALLS):
        for headers in ASKING:
            target = base + re.sub(r"{\w+}", "acme-corp-001", path)
            with connected(below if base else url) as connection:
                connection.sendall(request(f"{method} {target}", JSON, *headers, body=b"{}"))
                sent = until_closed(connection)
            assert (method, target, headers, repeated(sent)) == (method, target, headers, set())
            varies = [each.strip() for each in read(sent).headers.get("vary", "").lower().split(",")]
            assert (target, len(varies)) == (target, len(set(varies)))


def test_a_field_that_a_rule_sets_takes_the_place_of_the_mocks_own(url: str) -> None:
    rule = b'{"respond": {"status": 200, "headers": {"Cache-Control": "max-age=5", "Vary": "origin"}}}'
    world = "Mock-World: fields"
    made = exchange(url, request("POST /_mock/rules", JSON, world, body=rule))
    assert made.status == 201, made.rest
    with connected(url) as connection:
        connection.sendall(request(f"GET {KEYS}", KEY, world, "Origin: http://localhost:3000"))
        sent = until_closed(connection)
    assert (repeated(sent), read(sent).headers["cache-control"], read(sent).headers["vary"]) == (
        set(),
        "max-age=5",
        "origin",
    )


@pytest.mark.parametrize("target", [KEYS, "/nowhere"])
@pytest.mark.parametrize(
    "more",
    [
        ("X-API-Key: other-key",),
        ("x-api-key:",),
        ("Authorization: Bearer a", "Authorization: Bearer b"),
        ("Content-Type: application/json", "Content-Type: text/plain"),
        ("Origin: http://localhost", "Origin: https://evil.example"),
    ],
)
def test_a_field_with_two_values_is_refused_in_whatever_order(url: str, target: str, more: tuple[str, ...]) -> None:
    for headers in ((KEY, *more), (*reversed(more), KEY)):
        response = exchange(url, request(f"GET {target}", *headers))
        assert (response.status, b"occurs twice" in response.rest) == (400, True)


def test_the_control_api_refuses_two_values_too(url: str) -> None:
    response = exchange(url, request("GET /_mock/state", "Authorization: Bearer a", "Authorization: Bearer b"))
    assert response.status == 400


def test_a_value_that_is_said_twice_is_one_value(url: str) -> None:
    assert exchange(url, request(f"GET {KEYS}", KEY, KEY)).status == 200
