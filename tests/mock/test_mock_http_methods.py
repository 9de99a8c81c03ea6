"""HEAD and OPTIONS, which HTTP expects of every server (RFC 9110, sections 9.3.2 and 9.3.7)."""

import pytest

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving

from .raw import JSON, KEY, exchange, request

FLEETS = "/emp/v1/fleets"
KEYS = "/emp/v1/charging-keys"
READS = "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"{KEYS}?page_size=10", (KEY,), 200),
        (KEYS, (KEY, "Accept-Encoding: gzip"), 200),
        (f"{FLEETS}/acme-corp-001/invitation", (KEY,), 200),
        (f"{FLEETS}/none/invitation", (KEY,), 404),
        (f"{KEYS}?page_size=x", (KEY,), 400),
        (KEYS, (), 401),
        ("/nowhere", (KEY,), 404),
        ("/ui", (), 307),
        ("/ui/", (), 200),
        ("/ui/swagger-ui.css", (), 200),
        ("/ui/nothing", (), 404),
        ("/openapi.json", (), 200),
        ("/openapi.yaml", (), 200),
    ],
)
def test_head_is_answered_as_get_without_the_body(url: str, path: str, headers: tuple[str, ...], status: int) -> None:
    get, head = (exchange(url, request(f"{method} {path}", *headers)) for method in ("GET", "HEAD"))
    assert (get.status, head.status, head.rest) == (status, status, b"")
    assert get.headers["content-length"] == str(len(get.rest))
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_a_range_means_nothing_to_head(url: str) -> None:
    get, head = (
        exchange(url, request(f"{method} /ui/swagger-ui.css", "Range: bytes=0-5")) for method in ("GET", "HEAD")
    )
    assert (get.status, head.status) == (206, 200)
    assert int(head.headers["content-length"]) > len(get.rest)


@pytest.mark.parametrize(
    ("path", "allowed"), [(FLEETS, "OPTIONS, POST"), (f"{FLEETS}/x/rename", "OPTIONS, PUT"), ("/openapi.json", READS)]
)
def test_head_is_refused_where_get_is(url: str, path: str, allowed: str) -> None:
    method = "HEAD" if path.startswith("/emp") else "DELETE"
    response = exchange(url, request(f"{method} {path}", KEY))
    assert (response.status, response.headers["allow"]) == (405, allowed)


def test_head_creates_nothing_by_its_body(url: str) -> None:
    body = b'{"keyIdentifier": "HEAD", "visualNumber": "V", "contractId": "C"}'
    assert exchange(url, request(f"HEAD {KEYS}", KEY, JSON, body=body)).status == 200
    assert b'"HEAD"' not in exchange(url, request(f"GET {KEYS}", KEY)).rest


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (FLEETS, "OPTIONS, POST"),
        (KEYS, "GET, HEAD, OPTIONS, POST"),
        (f"{FLEETS}/x/invitation", READS),
        ("/openapi.json", READS),
        ("/ui/", READS),
        ("*", "GET, HEAD, OPTIONS, POST, PUT"),
    ],
)
def test_options_lists_the_methods_to_anybody(url: str, path: str, allowed: str) -> None:
    response = exchange(url, request(f"OPTIONS {path}"))
    assert (response.status, response.headers["allow"], response.rest) == (204, allowed, b"")


def test_options_of_no_operation_is_not_found(url: str) -> None:
    assert exchange(url, request("OPTIONS /nowhere")).status == 404


def test_a_dialect_without_allow_still_answers_options() -> None:
    with serving(parts({"http.allow": "absent"})) as url:
        assert exchange(url, request(f"OPTIONS {FLEETS}")).headers["allow"] == "OPTIONS, POST"
        assert "allow" not in exchange(url, request(f"DELETE {FLEETS}", KEY)).headers
