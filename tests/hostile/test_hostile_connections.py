"""Single connections under pressure: long heads in any packets, slow clients, half-closed and broken connections."""

import asyncio
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.types import Message

from fleet_contract.mock_server import acceptor, connection, deliveries, sending
from fleet_contract.mock_server import serving as serving_module
from fleet_contract.mock_server.connection import Connection, Phase
from fleet_contract.mock_server.heads import LARGEST_HEAD, LARGEST_PIECE
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.misbehaviours import find
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving
from tests.mock.raw import JSON, KEY, Response, connected, exchange, next_response, read, request, until_closed

KEYS = "/emp/v1/charging-keys"
CHUNKED = f"POST /emp/v1/fleets HTTP/1.1\r\nHost: m\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n"
RESET = struct.pack("ii", 1, 0)
ENOUGH = 0.05


def head_of(length: int, field: str = "X-Long: {}") -> bytes:
    """Return a request whose head has exactly so many bytes."""
    short = request(f"GET {KEYS}", KEY, field.format(""))
    return request(f"GET {KEYS}", KEY, field.format("a" * (length - len(short))))


def in_packets(url: str, data: bytes, *sizes: int) -> Response:
    """Send bytes in packets of these sizes, and what is left in one more, and return what comes back."""
    with connected(url) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for size in sizes:
            connection.sendall(data[:size])
            data = data[size:]
            time.sleep(ENOUGH)
        connection.sendall(data)
        return read(until_closed(connection))


PACKETS = ((), (20_000,), (1, 20_000), (16_384, 16_384), (LARGEST_HEAD,), (LARGEST_HEAD + 1,), (39_990,))


@pytest.mark.parametrize("packets", PACKETS)
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head_of(40_000), 431),
        (head_of(LARGEST_HEAD + 1), 431),
        (head_of(LARGEST_HEAD), 200),
        (request(f"GET {KEYS}?{'a' * 40_000}", KEY), 414),
        (request(f"GET {KEYS}", KEY, *["A: a"] * 8_000), 431),
        (request(f"GET {KEYS}", KEY, f"{'A' * 40_000}: a"), 431),
        (request("POST /emp/v1/fleets", KEY, JSON, body=b" " * 50_000), 400),
    ],
)
def test_a_long_head_is_answered_alike_in_any_packets(
    url: str, data: bytes, status: int, packets: tuple[int, ...]
) -> None:
    response = in_packets(url, data, *packets)
    assert (response.status, response.headers["connection"]) == (status, "close")


def test_a_long_head_in_many_packets_is_refused_before_it_ends(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(f"GET {KEYS} HTTP/1.1\r\nHost: m\r\n".encode() + b"A: " + b"a" * LARGEST_HEAD)
        assert read(until_closed(connection)).status == 431


def test_whoever_goes_on_sending_still_reads_why_it_was_refused(url: str) -> None:
    with connected(url) as connection:
        for _ in range(40):
            connection.sendall(b"a" * 4_000)
        time.sleep(ENOUGH)
        connection.sendall(b"a" * 4_000)
        assert read(until_closed(connection)).status == 414


@pytest.mark.parametrize("key", [KEY, "X-API-Key: nobody"])
@pytest.mark.parametrize("pause", [0, ENOUGH])
def test_a_client_that_sends_a_body_too_large_reads_so_although_it_is_to_be_closed(
    url: str, key: str, pause: float
) -> None:
    data = request("POST /emp/v1/fleets", key, JSON, body=b" " * 3_000_000)
    with connected(url) as connection:
        connection.sendall(data[:100_000])
        time.sleep(pause)
        connection.sendall(data[100_000:])
        assert read(until_closed(connection)).status == (413 if key == KEY else 401)


@pytest.mark.parametrize("pause", [0, ENOUGH])
def test_the_rest_of_a_body_too_large_is_passed_over_and_the_next_request_answered(url: str, pause: float) -> None:
    too_large = f"POST /emp/v1/fleets HTTP/1.1\r\nHost: m\r\n{KEY}\r\n{JSON}\r\nContent-Length: 3000000\r\n\r\n"
    data = too_large.encode() + b" " * 3_000_000 + request(f"GET {KEYS}", KEY)
    with connected(url) as connection:
        connection.sendall(data[:200_000])
        time.sleep(pause)
        connection.sendall(data[200_000:])
        first, second = until_closed(connection).split(b"HTTP/1.1 ")[1:]
    assert first.startswith(b"413 ")
    assert second.startswith(b"200 ")


@pytest.mark.usefixtures("engine")
def test_a_body_in_tiny_chunks_is_read_a_little_at_a_time_so_that_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns: list[int] = []
    go_on, take = Connection.go_on, Connection.take

    def counted_turn(connection: Connection) -> None:
        turns.append(0)
        go_on(connection)

    def counted_piece(connection: Connection) -> bool:
        held = len(connection.held)
        taken = take(connection)
        turns[-1] += held - len(connection.held)
        return taken

    monkeypatch.setattr(Connection, "go_on", counted_turn)
    monkeypatch.setattr(Connection, "take", counted_piece)
    chunks = b"1\r\n \r\n" * 10_000
    with serving() as url:
        assert (
            exchange(url, f"{CHUNKED}Connection: close\r\n{KEY}\r\n\r\n".encode() + chunks + b"0\r\n\r\n").status == 400
        )
    assert sum(turns) > len(chunks)
    assert max(turns) < 2 * LARGEST_PIECE


@pytest.mark.parametrize("blank", [b"\r\n", b"\n", b"\r\n\r\n"])
def test_blank_lines_before_a_request_are_passed_over(url: str, blank: bytes) -> None:
    one = f"GET {KEYS} HTTP/1.1\r\nHost: m\r\n{KEY}\r\n\r\n".encode()
    with connected(url) as connection:
        for _ in range(2):
            connection.sendall(blank)
            time.sleep(ENOUGH)
            connection.sendall(blank + one)
            assert next_response(connection).status == 200


@pytest.mark.parametrize("pipelined", [1, 3])
def test_a_client_that_has_closed_its_direction_still_reads_its_responses(url: str, pipelined: int) -> None:
    one = f"GET {KEYS} HTTP/1.1\r\nHost: m\r\n{KEY}\r\n\r\n".encode()
    with connected(url) as connection:
        connection.sendall(one * pipelined)
        connection.shutdown(socket.SHUT_WR)
        assert until_closed(connection).count(b"HTTP/1.1 200 OK") == pipelined


@pytest.mark.parametrize("sent", [b"", b"GET", CHUNKED.encode() + KEY.encode() + b"\r\n\r\n5\r\nab"])
def test_a_client_that_closes_early_is_not_answered(url: str, sent: bytes) -> None:
    with connected(url) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert until_closed(connection) == b""


@pytest.mark.parametrize("key", [KEY, "X-API-Key: nobody"])
@pytest.mark.parametrize("expects", ["", "Expect: 100-continue\r\n"])
@pytest.mark.parametrize("chunk", [b"zz\r\n", b"5\r\nabcdefgh", b"f" * 30 + b"\r\n", b"-1\r\n"])
@pytest.mark.parametrize("pause", [0, ENOUGH])
def test_a_broken_chunk_breaks_its_connection_and_nothing_else(
    url: str, key: str, expects: str, chunk: bytes, pause: float, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"{CHUNKED}{expects}{key}\r\n\r\n".encode()
    with connected(url) as connection:
        if pause:
            connection.sendall(head)
            time.sleep(pause)
        connection.sendall(chunk if pause else head + chunk)
        received = until_closed(connection).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert read(received).status in (400, 401)
    assert exchange(url, request(f"GET {KEYS}", KEY)).status == 200
    assert not [each for each in caplog.records if each.exc_info or each.levelname == "ERROR"]


def test_connections_that_are_reset_leave_nothing_behind(url: str, caplog: pytest.LogCaptureFixture) -> None:
    half = f"{CHUNKED}{KEY}\r\n\r\n5\r\nab".encode()
    for sent in (b"", b"GET", half, request(f"GET {KEYS}", KEY), request(f"GET {KEYS}", KEY) * 20):
        for _ in range(20):
            with connected(url) as connection:
                connection.sendall(sent)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    assert exchange(url, request(f"GET {KEYS}", KEY)).status == 200
    assert not [each for each in caplog.records if each.exc_info or each.levelname == "ERROR"]


@pytest.mark.usefixtures("engine")
def test_a_handler_that_goes_on_at_the_moment_of_the_end_is_left_quietly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    servers: list[serving_module.Server] = []

    def kept(*arguments: Any) -> serving_module.Server:
        servers.append(make(*arguments))
        return servers[-1]

    async def ends(*_: object) -> None:
        loop = asyncio.get_running_loop()
        waited_for = loop.create_future()
        loop.call_soon(waited_for.set_result, None)
        loop.call_soon(servers[0]._end_at_once)
        await waited_for

    make = serving_module.server
    monkeypatch.setattr(serving_module, "server", kept)
    made = parts()
    made.before("list_charging_keys", ends)
    with serving(made) as url, pytest.raises(ConnectionResetError):
        exchange(url, request(f"GET {KEYS}", KEY))
    assert not caplog.records


@pytest.fixture
def impatient(engine: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a mock that waits for a moment only."""
    del engine
    monkeypatch.setattr(serving_module, "TICKS_BETWEEN_LOOKS", 1)
    for phase in set(Phase) - {Phase.HANDLER}:
        monkeypatch.setitem(connection.LONGEST_WAITS, phase, 0.2)
    with serving() as url:
        yield url


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", None), (b"GET / HTTP/1.1\r\nHost: m\r\n", 408), (f"{CHUNKED}{KEY}\r\n\r\n5\r\nab".encode(), 408)],
)
def test_a_slow_client_is_not_waited_for(impatient: str, sent: bytes, status: int | None) -> None:
    with connected(impatient) as connection:
        connection.sendall(sent)
        received = until_closed(connection)
    assert (read(received).status if received else None) == status


def test_a_client_that_drips_is_not_waited_for_either(impatient: str) -> None:
    with connected(impatient) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(100):
            connection.sendall(b"A: a\r\n")
            if select.select([connection], [], [], 0.02)[0]:
                break
        assert read(until_closed(connection)).status == 408


def test_a_body_that_comes_slowly_is_taken_as_long_as_enough_of_it_comes(
    impatient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SLOWEST", 10)
    body = b'{"fleetId": "a-slow-one"}'
    with connected(impatient) as client:
        client.sendall(request("POST /emp/v1/fleets", KEY, JSON, body=body).removesuffix(body))
        for byte in body:
            client.sendall(bytes([byte]))
            time.sleep(0.03)
        assert next_response(client).status == 201


@pytest.fixture
def silent(engine: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a mock that never answers a call of an operation, nor waits long for whoever may be gone."""
    del engine
    monkeypatch.setattr(serving_module, "TICKS_BETWEEN_LOOKS", 1)
    monkeypatch.setitem(connection.LONGEST_WAITS, Phase.HANDLER_FOR_NOBODY, 0.3)
    made = parts()
    find("no-response").spoil(made)
    with serving(made) as url:
        yield url


@pytest.mark.parametrize("requests", [1, 2])
def test_a_client_that_may_be_gone_is_not_answered_without_end(silent: str, requests: int) -> None:
    with connected(silent) as client:
        client.sendall(f"GET {KEYS} HTTP/1.1\r\nHost: m\r\n{KEY}\r\n\r\n".encode() * requests)
        client.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def late(url: str, *seconds: float) -> None:
    """Let every call of an operation wait for so long, each by a rule of its own."""
    for each in seconds:
        rule = b'{"latency": {"distribution": "fixed", "seconds": %f}}' % each
        assert exchange(url, request("POST /_mock/rules", JSON, body=rule)).status == 201


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("is_half_closed", [False, True])
def test_a_client_waits_for_its_response_as_long_as_rules_say(
    monkeypatch: pytest.MonkeyPatch, is_half_closed: bool
) -> None:
    monkeypatch.setattr(serving_module, "TICKS_BETWEEN_LOOKS", 1)
    monkeypatch.setitem(connection.LONGEST_WAITS, Phase.HANDLER_FOR_NOBODY, 0.1)
    asked = f"GET {KEYS} HTTP/1.1\r\nHost: m\r\n{KEY}\r\n\r\n".encode()
    with serving() as url, connected(url) as client:
        late(url, 0.4, 0.4)
        client.sendall(asked if is_half_closed else asked * 2)
        if is_half_closed:
            client.shutdown(socket.SHUT_WR)
        assert next_response(client).status == 200
        assert is_half_closed or next_response(client).status == 200


def test_a_client_that_waits_is_waited_for(silent: str) -> None:
    with connected(silent) as client:
        client.sendall(request(f"GET {KEYS}", KEY))
        assert not select.select([client], [], [], 1.0)[0]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a mock hold ten connections."""
    monkeypatch.setattr(acceptor, "MOST_CONNECTIONS", 10)


@pytest.mark.usefixtures("narrow")
def test_clients_that_gave_up_make_room_for_new_ones(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.LONGEST_WAITS, Phase.HANDLER_FOR_NOBODY, 3600)
    monkeypatch.setattr(acceptor, "LONG_ENOUGH", 0.5)
    for _ in range(10):
        with connected(silent) as client:
            client.sendall(request(f"GET {KEYS}", KEY))
            time.sleep(ENOUGH)
    assert exchange(silent, request("GET /")).status == 200


@pytest.mark.usefixtures("engine", "narrow")
@pytest.mark.parametrize(("waiting", "idle"), [(1, 30), (10, 1)])
def test_clients_that_wait_for_their_response_make_no_room(waiting: int, idle: int) -> None:
    with serving() as url, ExitStack() as stack:
        late(url, 1.0)
        clients = [stack.enter_context(connected(url)) for _ in range(waiting)]
        for client in clients:
            client.sendall(request(f"GET {KEYS}", KEY))
            client.shutdown(socket.SHUT_WR)
        for _ in range(idle):
            stack.enter_context(connected(url))
        assert [read(until_closed(client)).status for client in clients] == [200] * waiting


def test_a_client_that_reads_nothing_is_not_waited_for(impatient: str) -> None:
    page = b"GET /ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: m\r\n\r\n"
    with connected(impatient) as connection:
        connection.sendall(page * 20)
        gone = select.poll()
        gone.register(connection, 0)
        assert gone.poll(5_000), "the connection is reset"


def test_a_client_that_is_slow_only_now_and_then_is_served(impatient: str) -> None:
    with connected(impatient) as connection:
        for _ in range(6):
            connection.sendall(f"GET {KEYS} HTTP/1.1\r\nHost: m\r\n".encode())
            time.sleep(ENOUGH)
            connection.sendall(f"{KEY}\r\n\r\n".encode())
            assert next_response(connection).status == 200


@pytest.mark.usefixtures("engine")
def test_idle_connections_make_room_for_new_ones_and_busy_ones_stay(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(acceptor, "MOST_CONNECTIONS", 10)
    monkeypatch.setattr(acceptor, "SHORTEST_WAIT", 0.1)
    body = b'{"fleetId": "patient"}'
    with serving() as url, ExitStack() as stack:
        busy = stack.enter_context(connected(url))
        busy.sendall(request("POST /emp/v1/fleets", KEY, JSON, body=body).removesuffix(body))
        for _ in range(30):
            stack.enter_context(connected(url))
        assert exchange(url, request(f"GET {KEYS}", KEY)).status == 200
        busy.sendall(body)
        assert next_response(busy).status == 201
    assert [each.getMessage() for each in caplog.records] == [
        "All 10 connections are in use; to accept new ones, closing idle ones, and then those whose clients seem to "
        "have given up."
    ]


@pytest.mark.parametrize("deliver", [deliveries.silent, deliveries.stalled, deliveries.dripped])
def test_a_delivery_ends_when_nobody_waits_for_it(deliver: deliveries.Deliver) -> None:
    async def received() -> Message:
        await asyncio.sleep(0.2)
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None: ...

    async def whole() -> None:
        answer = Answer(200, {}, b"a" * 1000, deliver=deliver)
        await asyncio.wait_for(sending.sent(answer, send, head=False, receive=received), 2)

    asyncio.run(whole())


@pytest.mark.usefixtures("engine")
def test_what_a_delivery_raises_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(deliveries, "BETWEEN_BYTES", None)
    made = parts()
    find("dripping-body").spoil(made)
    with serving(made) as url, pytest.raises(ConnectionResetError):
        exchange(url, request(f"GET {KEYS}", KEY))
    assert "An exception left a request without its response." in caplog.text
    assert "TypeError" in caplog.text


def test_a_process_without_descriptors_keeps_some_for_itself() -> None:
    assert 0 < acceptor.most_connections() <= acceptor.MOST_CONNECTIONS
