"""Misbehaviours: each shows in what a client sees, and not in the honest mock; the documentation lists them all."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fleet_contract.mock_server.handlers import cursor_to
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS, as_markdown, find
from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving

from .conftest import Client

DOCUMENTED = Path(__file__).parents[2] / "docs" / "misbehaviours.md"
OWN = "acme-corp-001"


def misbehaving(*names: str) -> Parts:
    made = parts()
    for name in names:
        find(name).spoil(made)
    return made


def statuses(times: int, *expected: int) -> Callable[[Client], bool]:
    """Return whether lists in a row are answered so."""
    return lambda call: tuple(call.keys().status_code for _ in range(times)) == expected


def refusal(call: Client) -> httpx.Response:
    return call.rename("nobody", "New")


def retry_after(call: Client) -> str:
    return str(call.keys().headers.get("retry-after", ""))


def coding_of(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-encoding", ""))


def is_json(answer: httpx.Response) -> bool:
    try:
        answer.json()
    except ValueError:
        return False
    return True


def new_fleets(call: Client) -> list[int]:
    """Return how three new fleets are found."""
    return [call.rename(f"new-{number}", "N").status_code for number in range(3) if call.create(f"new-{number}")]


def last_page(call: Client) -> list[str]:
    return [key["keyIdentifier"] for key in call.keys("?page_size=500").json()["keys"]]


def is_new_key_listed(call: Client) -> bool:
    call.create_key("04AB")
    return "04AB" in last_page(call)


SHOWN: dict[str, Callable[[Client], bool]] = {
    "every-call-fails": statuses(2, 500, 500),
    "every-third-call-fails": statuses(4, 200, 200, 500, 200),
    "first-tries-fail": statuses(3, 503, 200, 200),
    "writes-fail-when-done": lambda call: (
        [call.create("new").status_code, call.create("new").status_code] == [500, 409]
    ),
    "overloaded": lambda call: [retry_after(call) for _ in range(3)] == ["", "", "2"],
    "overloaded-without-a-hint": statuses(3, 200, 200, 503),
    "bad-gateway": statuses(3, 200, 200, 502),
    "errors-in-html": lambda call: refusal(call).headers["content-type"].startswith("text/html"),
    "errors-without-a-body": lambda call: refusal(call).content == b"",
    "errors-with-broken-json": lambda call: not is_json(refusal(call)),
    "errors-answered-200": lambda call: refusal(call).status_code == 200,
    "redirects-to-a-login": lambda call: call.keys().headers.get("location") == "/login",
    "rate-limit": lambda call: [retry_after(call) for _ in range(6)][4:] == ["", "1"],
    "rate-limit-with-a-date": lambda call: [retry_after(call) for _ in range(6)][5][-3:] == "GMT",
    "rate-limit-without-a-hint": statuses(6, 200, 200, 200, 200, 200, 429),
    "key-expires": lambda call: [call.keys().status_code for _ in range(21)][19:] == [200, 401],
    "key-fails-now-and-then": statuses(6, 200, 200, 200, 200, 401, 200),
    "key-is-forbidden": statuses(1, 403),
    "closed-connections": lambda call: call.keys().headers.get("connection") == "close",
    "truncated-json": lambda call: not is_json(call.keys()),
    "broken-json": lambda call: call.keys().content.endswith(b"},"),
    "empty-success": lambda call: call.keys().content == b"",
    "html-success": lambda call: b"<!doctype html>" in call.keys().content,
    "wrong-media-type": lambda call: call.keys().headers["content-type"].startswith("text/plain"),
    "missing-media-type": lambda call: "content-type" not in call.keys().headers,
    "byte-order-mark": lambda call: call.keys().content.startswith(b"\xef\xbb\xbf"),
    "unasked-gzip": lambda call: coding_of(call.keys(headers={"Accept-Encoding": "identity"})) == "gzip",
    "missing-members": lambda call: "code" not in call.codes(OWN).json()[0],
    "null-members": lambda call: call.codes(OWN).json()[0] == {"code": None},
    "unknown-members": lambda call: "futureField" in call.codes(OWN).json()[0],
    "lost-fleets": lambda call: new_fleets(call) == [200, 200, 404],
    "late-fleets": lambda call: new_fleets(call) == [404, 404, 404],
    "codes-vanish": lambda call: call.codes(OWN).status_code == 404,
    "lost-keys": lambda call: not is_new_key_listed(call),
    "endless-pages": lambda call: call.keys("?page_size=500").json().get("cursor") == cursor_to(0),
    "repeated-keys": lambda call: last_page(call)[-1] == last_page(call)[-2],
    "expired-cursors": lambda call: call.keys(f"?cursor={cursor_to(0)}").status_code == 400,
    "answers-of-another-call": lambda call: (
        [call.create(id).json()["fleetId"] for id in ("one", "two", "three")] == ["one", "one", "two"]
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_misbehaviour_shows_and_the_honest_mock_does_not_misbehave_so(name: str) -> None:
    assert SHOWN[name](Client(misbehaving(name)))
    assert not SHOWN[name](Client(parts()))


# --- what takes time or a connection -------------------------------------------------------------


def received(url: str, seconds: float) -> tuple[bytes, str]:
    """Return what comes of a list within some seconds, and how that ends: open, closed or reset."""
    address = urlsplit(url)
    head = "GET /emp/v1/charging-keys HTTP/1.1\r\nHost: localhost\r\nX-API-Key: demo-key\r\n\r\n"
    end, come = time.monotonic() + seconds, b""
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(head.encode())
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                break
            except ConnectionResetError:
                return come, "reset"
            if not piece:
                return come, "closed"
            come += piece
    return come, "open"


@pytest.mark.parametrize(
    ("name", "has_head", "has_some", "end"),
    [
        ("slow", False, False, "open"),
        ("no-response", False, False, "open"),
        ("reset-connection", False, False, "reset"),
        ("cut-off-body", True, True, "reset"),
        ("stalled-body", True, True, "open"),
        ("dripping-body", True, True, "open"),
    ],
)
def test_a_response_comes_late_or_in_part_or_not_at_all(name: str, *, has_head: bool, has_some: bool, end: str) -> None:
    with serving(misbehaving(name)) as url:
        come, how = received(url, 1.0)
    head, _, body = come.partition(b"\r\n\r\n")
    assert (head.startswith(b"HTTP/1.1 200"), bool(body), how) == (has_head, has_some, end)
    assert not body.endswith(b"}")


def test_what_is_slow_now_and_then_is_quick_else() -> None:
    with serving(misbehaving("slow-now-and-then", "gateway-timeout")) as url:
        assert b"200" in received(url, 1.0)[0]


IN_TIME = {"slow", "slow-now-and-then", "gateway-timeout"}
ON_THE_WIRE = {"no-response", "reset-connection", "cut-off-body", "stalled-body", "dripping-body"}


def test_every_misbehaviour_is_tried() -> None:
    assert set(SHOWN) | IN_TIME | ON_THE_WIRE == set(MISBEHAVIOURS)


def test_several_misbehaviours_stand_around_one_another() -> None:
    made = misbehaving("broken-json", "wrong-media-type")
    answer = Client(made).keys()
    assert answer.content.endswith(b",")
    assert answer.headers["content-type"].startswith("text/plain")
    assert made.misbehaviours == ["broken-json", "wrong-media-type"]


# --- what is said of them ------------------------------------------------------------------------


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_misbehaviour_says_what_it_does_and_why(name: str) -> None:
    assert MISBEHAVIOURS[name].text.endswith(".")
    assert MISBEHAVIOURS[name].reason.endswith(".")


def test_the_documentation_lists_them() -> None:
    assert as_markdown() in DOCUMENTED.read_text(encoding="utf-8")
