"""Addresses: on which ones the mock listens, and under which URL it says that it is reached."""

import json
import socket
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from fleet_contract.contract_tests.target.hosts import is_loopback
from fleet_contract.mock_server.announcing import CLOSED_TO_CONTROL, OPEN_TO_OTHERS, announce
from fleet_contract.mock_server.listening import CannotListen, is_open_to_others, listen, url_of
from fleet_contract.mock_server.parts import Control, parts

ALL = "0.0.0.0"  # noqa: S104  (a name for it: no socket is opened there)
BOTH = ("::1", "127.0.0.1")
resolve = socket.getaddrinfo


def let_a_name_mean(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(host: str, *more: Any, **how: Any) -> list[Any]:
        names = addresses if host == "box" else (host,)
        return [each for name in names for each in resolve(name, *more, **how)]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def listener_on(address: str) -> Any:
    return SimpleNamespace(getsockname=lambda: (address, 8080))


def test_a_name_is_listened_on_at_every_address_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    let_a_name_mean(monkeypatch, *BOTH)
    with ExitStack() as stack:
        listeners = [stack.enter_context(each) for each in listen("box", 0)]
        port = listeners[0].getsockname()[1]
        for address in BOTH:
            stack.enter_context(socket.create_connection((address, port), timeout=2))
        assert url_of(listeners[0]) == f"http://127.0.0.1:{port}"


def test_an_address_that_this_machine_lacks_is_left_out_where_the_name_has_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_a_name_mean(monkeypatch, "192.0.2.1", "127.0.0.1", "127.0.0.1")
    (listener,) = listen("box", 0)
    with listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_that_another_program_has_on_one_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    let_a_name_mean(monkeypatch, *BOTH)
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"port {port}: address already in use. Choose another port"):
            listen("box", port)
        socket.create_server(("127.0.0.1", port)).close()  # nothing was left open


@pytest.mark.parametrize("host", ["*", ALL, "::"])
def test_every_address_is_listened_on_where_that_is_asked_for(host: str) -> None:
    with ExitStack() as stack:
        listeners = [stack.enter_context(each) for each in listen(host, 0)]
        for address in ("127.0.0.1",) if host == ALL else BOTH:
            stack.enter_context(socket.create_connection((address, listeners[0].getsockname()[1]), timeout=2))
        assert is_open_to_others(listeners)


@pytest.mark.parametrize("host", ["192.0.2.1", "host.invalid", "", "a" * 64, "\0"])
def test_what_cannot_be_listened_on_is_said_with_a_way_out(host: str) -> None:
    with pytest.raises(CannotListen, match=r"(?s)Cannot listen on .*Choose another address with --host"):
        listen(host, 0)


@pytest.mark.parametrize(
    ("bound", "url"),
    [
        (ALL, "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("::ffff:0.0.0.0", "http://127.0.0.1:8080"),
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
    ],
)
def test_the_url_of_a_listener_can_be_opened_and_is_this_machine(bound: str, url: str) -> None:
    assert url_of(listener_on(bound)) == url
    assert is_loopback(urlsplit(url).hostname or "")


@pytest.mark.parametrize(
    ("bound", "is_open"),
    [
        (ALL, True),
        ("::", True),
        ("192.0.2.1", True),
        ("::ffff:192.0.2.1", True),
        ("::ffff:0.0.0.0", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:127.1.2.3", False),
    ],
)
def test_whatever_is_not_loopback_is_open_to_others(bound: str, is_open: bool) -> None:
    assert is_open_to_others([listener_on("127.0.0.1"), listener_on(bound)]) is is_open


@pytest.mark.parametrize(
    ("bound", "token", "words"),
    [
        (ALL, "", ["all addresses, port 8080; on this machine http://127.0.0.1:8080. It forgets everything when it"]),
        (ALL, "", ["\nControl: off; start the mock with --control-token to enable it\n"]),
        (ALL, "s3cret-token", ["\nControl: http://127.0.0.1:8080/_mock/ui (a page)"]),
        ("192.0.2.1", "", ["listening on http://192.0.2.1:8080 and forgets", "\nControl: off;"]),
        (
            "127.0.0.1",
            "",
            ["listening on http://127.0.0.1:8080 and forgets", "\nControl: http://127.0.0.1:8080/_mock/ui"],
        ),
    ],
)
def test_a_person_is_told_where_the_mock_listens_and_whether_it_can_be_controlled(
    bound: str, token: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr("fleet_contract.mock_server.announcing.print_text", printed.append)
    made, listeners = parts(), [listener_on(bound)]
    made.control = Control(token, is_open_to_others=is_open_to_others(listeners))
    announce(listeners, made, ready_json=False)
    assert [each for each in words if each not in printed[0]] == []


@pytest.mark.parametrize(("bound", "warns"), [(ALL, True), ("127.0.0.1", False)])
def test_whoever_opens_the_mock_to_others_is_warned(
    bound: str, warns: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr("fleet_contract.mock_server.announcing.print_text", printed.append)
    announce([listener_on(bound)], parts(), ready_json=True)
    assert json.loads(printed[0])["url"] == "http://127.0.0.1:8080"
    assert [each.getMessage() for each in caplog.records] == [OPEN_TO_OTHERS, CLOSED_TO_CONTROL] * warns
