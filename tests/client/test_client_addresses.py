"""Hosts with several addresses, and every name of this machine."""

import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network import dialing
from fleet_contract.contract_tests.network.deadline import Deadline
from fleet_contract.contract_tests.network.dialing import addresses, dial
from fleet_contract.contract_tests.network.preflight import Unreachable
from fleet_contract.contract_tests.network.route import Route
from fleet_contract.contract_tests.network.transport_errors import TransportError
from fleet_contract.contract_tests.target.detours import Place

from .conftest import Open, Serve, target


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports to which a connection was begun, in order."""
    ports: list[int] = []

    class Noted(socket.socket):
        def connect(self, place: Any) -> None:
            ports.append(place[1])
            super().connect(place)

    monkeypatch.setattr(socket, "socket", Noted)
    return ports


@pytest.fixture
def dead() -> Iterator[str]:
    """An address of this machine whose queue is full, so that connections to it are never answered."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        time.sleep(0.1)
        yield str(full.getsockname()[1])


def test_a_dead_address_is_not_waited_for_and_passed_over_from_then_on(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, open_client: Open, dead: str, tried: list[int]
) -> None:
    server = serve()
    places = [("127.0.0.1", int(dead)), ("127.0.0.1", server.port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", place) for place in places])
    client = open_client("http://staging.example", limits__timeout_seconds=5)
    first, second = (client.send("GET", "/", headers=[("Connection", "close")]) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert tried == [int(dead), server.port, server.port]


def test_an_address_that_refuses_is_followed_by_the_next_at_once(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, open_client: Open
) -> None:
    server = serve()
    places = [("127.0.0.1", 1), ("127.0.0.1", 2), ("127.0.0.1", server.port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", place) for place in places])
    monkeypatch.setattr(dialing, "STAGGER", 3_600)
    assert open_client("http://staging.example").send("GET", "/").status == 200


def test_the_deadline_holds_where_all_addresses_are_dead(dead: str) -> None:
    with pytest.raises(TransportError, match=r"no connection within 0\.2 s") as told:
        dial(Place("127.0.0.1", int(dead)), Deadline(0.2))
    assert (told.value.cause, told.value.sent) == (Cause.CONNECT, False)


def test_who_accepts_and_resets_is_no_failure_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Balancers with nobody behind them do so; a socket that was reset has no peer any more, and takes no option."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        class ResetOnceConnected(socket.socket):
            def getsockopt(self, *what: int) -> Any:
                found = super().getsockopt(*what)
                if what[1] == socket.SO_ERROR:
                    accepted, _ = listening.accept()
                    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    accepted.close()
                    reset = select.poll()
                    reset.register(self, select.POLLHUP)
                    assert reset.poll(5_000)
                return found

        monkeypatch.setattr(socket, "socket", ResetOnceConnected)
        stream = Route(target(f"http://127.0.0.1:{listening.getsockname()[1]}")).open(Deadline(5))
    with pytest.raises(OSError, match="reset"):
        stream.read(Deadline(5))
    stream.close()


def test_families_are_tried_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(10, "::1"), (10, "::2"), (10, "::3"), (2, "1.1.1.1"), (2, "1.1.1.2"), (10, "::1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(f, 1, 6, "", (name, 80)) for f, name in found])
    tried = [address.place[0] for address in addresses(Place("x", 80))]
    assert tried == ["::1", "1.1.1.1", "::2", "1.1.1.2", "::3"]


EVERY = "0.0.0.0"  # noqa: S104  (a name, and nothing listens)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost.", "Fleet.LOCALHOST", EVERY])
def test_this_machine_is_reached_by_all_its_names(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, open_client: Open, host: str
) -> None:
    real = socket.getaddrinfo

    def literal_only(name: str, *args: object, **words: object) -> object:
        assert name.replace(".", "").isdigit() or ":" in name, f"a resolver was asked for {name}"
        return real(name, *args, **words)  # type: ignore[arg-type]

    server = serve()
    monkeypatch.setattr(socket, "getaddrinfo", literal_only)
    client = open_client(f"http://{host}:{server.port}")
    assert client.send("POST", "/x").status == 200
    assert server.heard[0].header("host") == f"{host}:{server.port}"


@pytest.mark.parametrize(
    ("url", "asked", "said"),
    [
        ("http://[fe80::1%25eth0]:8080", "fe80::1%eth0", "[fe80::1]:8080"),
        ("http://[fe80::1%eth0]:8080", "fe80::1%eth0", "[fe80::1]:8080"),
        ("http://[FE80::1%25Eth0.1]:8080", "fe80::1%Eth0.1", "[FE80::1]:8080"),
        ("http://[::1%25lo]:8080", "::1", "[::1]:8080"),
        ("http://m\u00fcnchen.example:8080", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example:8080"),
        ("http://B\u00dcCHER.Example", "xn--bcher-kva.example", "xn--bcher-kva.Example"),
    ],
)
def test_a_host_is_looked_up_as_systems_spell_it_and_named_as_servers_know_it(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, open_client: Open, url: str, asked: str, said: str
) -> None:
    server, names = serve(), list[str]()

    def noted(name: str, *_: object, **__: object) -> object:
        names.append(name)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    assert open_client(url).send("GET", "/").status == 200
    assert names == [asked]
    assert server.heard[0].header("host") == said


def test_a_name_that_nobody_knows_is_told(open_client: Open) -> None:
    with pytest.raises(Unreachable, match=r"the host's name is unknown.*Correct the host in BASE_URL"):
        open_client("http://no-such-host.invalid").preflight()


def test_localhost_is_reached_where_there_is_no_ipv6(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, open_client: Open
) -> None:
    real = socket.getaddrinfo

    def only_ipv4(name: str, *args: object, **words: object) -> object:
        if ":" in name:
            raise socket.gaierror(-9, "Address family for hostname not supported")
        return real(name, *args, **words)  # type: ignore[arg-type]

    server = serve()
    monkeypatch.setattr(socket, "getaddrinfo", only_ipv4)
    assert open_client(f"http://localhost:{server.port}").send("GET", "/").status == 200
