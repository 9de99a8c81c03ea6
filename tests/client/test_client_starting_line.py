"""The starting line of a burst: last bytes go together, nobody waits for ever, and errors stay with their threads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import h11
import pytest

from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.conversation import Conversation
from fleet_contract.contract_tests.network.deadline import Deadline, Late
from fleet_contract.contract_tests.network.starting_line import Send, StartingLine
from fleet_contract.contract_tests.network.streams import SocketStream
from tests.background import in_background

from .conftest import Open, TlsFor
from .servers import CLOSE, Heard, Server, answer


def test_nobody_goes_before_all_are_there() -> None:
    line, gone = StartingLine(2), Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(line.cross, 1, gone.set)
        assert not gone.wait(0.05)
        line.cross(2, lambda: None)
        first.result(5)
    assert gone.is_set()
    assert not line.was_waited_for_in_vain


def test_whoever_was_there_does_not_wait_again() -> None:
    line, sent = StartingLine(1), list[int]()
    line.cross(1, lambda: sent.append(1))
    line.cross(1, lambda: sent.append(2))
    assert sent == [1, 2]


def test_nobody_waits_for_a_thread_that_gave_up() -> None:
    line, sent = StartingLine(2), list[int]()
    line.give_up()
    line.cross(1, lambda: sent.append(1))
    assert sent == [1]
    assert not line.was_waited_for_in_vain


def test_who_never_comes_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet_contract.contract_tests.network.starting_line._LONGEST_WAIT", 0.05)
    line, sent = StartingLine(2), list[int]()
    line.cross(1, lambda: sent.append(1))
    line.give_up()
    assert sent == [1]
    assert line.was_waited_for_in_vain


@pytest.mark.parametrize("wrong", [OSError("gone"), Late()])
def test_what_goes_wrong_is_raised_in_the_thread_whose_it_is(wrong: Exception) -> None:
    def fail() -> None:
        raise wrong

    line, sent = StartingLine(2), list[int]()
    with ThreadPoolExecutor(2) as threads:
        failing = threads.submit(line.cross, 1, fail)
        line.cross(2, lambda: sent.append(2))
        assert failing.exception(5) is wrong
    assert sent == [2]


class Written(SocketStream):
    """A stream that keeps what is written."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes, deadline: Deadline) -> None:
        assert deadline.left()
        self.pieces.append(data)


@pytest.mark.parametrize(("body", "end"), [(b"{}", b"}"), (b"", b"\n")])
def test_all_of_a_request_is_sent_before_the_line_but_for_its_last_byte(body: bytes, end: bytes) -> None:
    stream, before = Written(), list[bytes]()

    def crossing(send: Send) -> None:
        before.extend(stream.pieces)
        send()

    headers = [("Host", "m"), ("Content-Length", str(len(body)))]
    request = h11.Request(method="POST", target="/", headers=headers)
    Conversation(stream, Deadline(10)).send(request, body, crossing)
    assert stream.pieces == [*before, end]
    assert before[0].startswith(b"POST / HTTP/1.1\r\n")


# --- whole bursts ---


class OneAtATime(Server):
    """A server with one worker, which answers nobody else while it waits for the rest of a request."""

    def process_request(self, request: object, client_address: object) -> None:
        self.finish_request(request, client_address)
        self.shutdown_request(request)


def last(_: Heard) -> Iterator[bytes]:
    """Answer, and close the connection."""
    yield answer(Connection="close")
    yield CLOSE


def seconds_of_a_burst(client: Client) -> float:
    """Send four creates at once, and return how long that took."""
    began = monotonic()
    with client.burst(4, 4) as line, ThreadPoolExecutor(4) as threads:

        def create(number: int) -> int:
            try:
                return client.send("POST", "/emp/v1/fleets", body=b'{"fleetId": "f"}', check=str(number)).status
            finally:
                line.give_up()

        assert list(threads.map(create, range(4))) == [200] * 4
    return monotonic() - began


def test_a_server_with_one_worker_is_sent_a_burst_without_a_pause(open_client: Open) -> None:
    with in_background(OneAtATime(last, None)) as server:
        assert seconds_of_a_burst(open_client(server.url)) < 1


def test_who_needs_its_one_worker_for_handshakes_gets_whole_requests_after_the_first_burst(
    open_client: Open, tls_for: TlsFor, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet_contract.contract_tests.network.starting_line._LONGEST_WAIT", 0.3)
    with in_background(OneAtATime(last, tls_for("127.0.0.1"))) as server:
        client = open_client(server.url, network__ca_file=ca_file)
        assert seconds_of_a_burst(client) > 0.3
        assert seconds_of_a_burst(client) < 0.3
