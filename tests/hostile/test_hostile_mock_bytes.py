"""The mock under requests that no client should send: nothing hangs, no 5xx, no traceback, no descriptor is lost."""

import random
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import pytest

from tests.mock.processes import LONGEST_END, SLACK, ends, mock
from tests.mock.raw import JSON, KEY, connected, exchange, request

LONGEST_RESPONSE = 5.0
KEYS = "/emp/v1/charging-keys"
HOST = "Host: m\r\n"
POST = f"POST /emp/v1/fleets HTTP/1.1\r\n{HOST}{KEY}\r\n{JSON}\r\n"
CHUNKED = f"{POST}Transfer-Encoding: chunked\r\n"
CLOSE = "Connection: close\r\n\r\n"
GET = f"GET {KEYS}?page_size=10 HTTP/1.1\r\n{HOST}{KEY}\r\n"

# What is sent, in Latin-1, and with what statuses it may be answered; none stands for a connection that is closed.
ODD: dict[str, tuple[str, set[int]]] = {
    "blank lines first": (f"\r\n\r\n{GET}{CLOSE}", {200}),
    "a method in lower case": (f"get {KEYS} HTTP/1.1\r\n{HOST}{KEY}\r\n{CLOSE}", {405}),
    "HTTP/1.0 without a host": (f"GET {KEYS} HTTP/1.0\r\n{KEY}\r\n\r\n", {200}),
    "HTTP/1.0 that is to go on": (f"GET {KEYS} HTTP/1.0\r\n{KEY}\r\nConnection: keep-alive\r\n\r\n", {200}),
    "HTTP/1.1 without a host": (f"GET {KEYS} HTTP/1.1\r\n{KEY}\r\n\r\n", {400}),
    "two hosts": (f"{GET}{HOST}\r\n", {400}),
    "the preface of HTTP/2": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}),
    "TLS": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\xab" * 500, {400}),
    "a NUL in the path": (f"GET /emp/v1/fleets/a\0b/invitation HTTP/1.1\r\n{HOST}\r\n", {400}),
    "a NUL in the path, encoded": (f"GET /emp/v1/fleets/a%00b/invitation HTTP/1.1\r\n{HOST}{KEY}\r\n{CLOSE}", {404}),
    "a broken escape in the path": (f"GET /emp/v1/fleets/%zz%/invitation HTTP/1.1\r\n{HOST}{KEY}\r\n{CLOSE}", {404}),
    "a broken escape in the query": (f"GET {KEYS}?fleetId=%zz%&%=% HTTP/1.1\r\n{HOST}{KEY}\r\n{CLOSE}", {200}),
    "bytes beyond ASCII": (f"GET /emp/v1/fleets/\xff\xfe/invitation HTTP/1.1\r\n{HOST}\r\n", {400}),
    "a space in the target": (f"GET /a b HTTP/1.1\r\n{HOST}\r\n", {400}),
    "a target of 300 kB": (f"GET /{'a' * 300_000} HTTP/1.1\r\n{HOST}\r\n", {414}),
    "3,000 headers": (f"{GET}{'A: b' + chr(13) + chr(10)}" + "A: b\r\n" * 3_000 + CLOSE, {200}),
    "a header without a colon": (f"{GET}nothing\r\n\r\n", {400}),
    "a blank before the colon": (f"GET / HTTP/1.1\r\nHost : m\r\n{KEY}\r\n\r\n", {400}),
    "a folded header": (f"{GET}A: x\r\n y\r\n{CLOSE}", {200}),
    "a folded first header": (f"GET / HTTP/1.1\r\n y\r\n{HOST}\r\n", {400}),
    "a key beyond ASCII": (f"GET {KEYS} HTTP/1.1\r\n{HOST}X-API-Key: \xff\xfe\r\n{CLOSE}", {401}),
    "a host with an escape sequence": (f"GET {KEYS} HTTP/1.1\r\nHost: a.\x1b[2J\r\n{CLOSE}", {400}),
    "100-continue": (f"{POST}Content-Length: 2\r\nExpect: 100-continue\r\n{CLOSE}{{}}", {100, 400}),
    "another expectation": (f"{POST}Content-Length: 2\r\nExpect: wonders\r\n{CLOSE}{{}}", {400, 417}),
    "extensions of chunks": (f'{CHUNKED}{CLOSE}2;a=b;c="d"\r\n{{}}\r\n0;x\r\nTrailer: y\r\n\r\n', {400}),
    "a long extension of a chunk": (f"{CHUNKED}{CLOSE}2;{'a' * 40_000}\r\n{{}}\r\n0\r\n\r\n", {400, 431}),
    "trailers of 60 kB": (f"{CHUNKED}{CLOSE}0\r\n" + "A: b\r\n" * 10_000 + "\r\n", {400, 431}),
    "another coding than chunked": (f"{POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    "two lengths": (f"{POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}}}", {400}),
    "a length with a sign": (f"{POST}Content-Length: +2\r\n\r\n{{}}", {400}),
    "a length of 5,000 digits": (f"{POST}Content-Length: {'9' * 5_000}\r\n\r\n{{}}", {400, 413}),
    "a body with GET": (f"{GET}Content-Length: 5\r\n{CLOSE}hello", {200}),
    "a broken chunk with HEAD": (f"{GET.replace('GET', 'HEAD')}Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400}),
    "a broken chunk without a key": (f"GET / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400, 401}),
    "100 requests at once": (f"{GET}\r\n" * 100 + GET + CLOSE, {200}),
    "a bad request behind good ones": (f"{GET}\r\n" * 3 + "\0\0\r\n\r\n", {200, 400}),
    "a body of 3 MB": (f"{POST}Content-Length: 3000000\r\n{CLOSE}" + " " * 3_000_000, {413}),
    "a body in 20,000 chunks": (f"{CHUNKED}{CLOSE}" + "1\r\n \r\n" * 20_000 + "0\r\n\r\n", {400}),
    "a file outside the UI": (f"GET /ui/../../etc/passwd HTTP/1.1\r\n{HOST}{CLOSE}", {404}),
    "a file outside the UI, encoded": (f"GET /ui/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{HOST}{CLOSE}", {404}),
    "a page whose name is no UTF-8": (f"GET /ui/%ff%00 HTTP/1.1\r\n{HOST}{CLOSE}", {404}),
    "a senseless range": (
        f"GET /ui/swagger-ui.css HTTP/1.1\r\n{HOST}Range: bytes=9-1,x\r\n{CLOSE}",
        {200, 400, 416},
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, "Popen[bytes]"]]:
    log = tmp_path_factory.mktemp("mock") / "log"
    with mock(stderr=log) as (url, process):
        yield url, process
        assert exchange(url, request(f"GET {KEYS}", KEY)).status == 200
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    assert "Traceback" not in log.read_text(encoding="utf-8")


def descriptors(process: "Popen[bytes]") -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def statuses(url: str, *packets: bytes, half_closed: bool = False) -> set[int]:
    """Return with which statuses bytes are answered until the mock closes; raises TimeoutError where it hangs."""
    received = b""
    with connected(url) as connection, suppress(ConnectionError):
        connection.settimeout(LONGEST_RESPONSE + 5)  # A connection that could go on is closed after 5 s.
        for packet in packets:
            connection.sendall(packet)
            time.sleep(0.02 * (len(packets) > 1))
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            received += piece
    return {int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_request_is_answered_alike_in_one_packet_in_two_and_half_closed(
    name: str, served: tuple[str, "Popen[bytes]"]
) -> None:
    text, allowed = ODD[name]
    data = text.encode("latin-1")
    middle = len(data) // 2
    for packets, half_closed in (((data,), False), ((data[:middle], data[middle:]), False), ((data,), True)):
        seen = statuses(served[0], *packets, half_closed=half_closed)
        assert seen
        assert seen <= allowed


def test_requests_with_bytes_changed_at_random_break_nothing(served: tuple[str, "Popen[bytes]"]) -> None:
    url, process = served
    before = descriptors(process)
    draw = random.Random(15)  # noqa: S311  (the same bytes today and tomorrow)
    texts = [text.encode("latin-1")[:2_000] for text, _ in ODD.values()]
    for _ in range(3_000):
        data = changed(draw, draw.choice(texts))
        assert not {status for status in statuses(url, data, half_closed=True) if status >= 500} - {501, 505}, data
    time.sleep(1)
    assert descriptors(process) <= before + 2


def changed(draw: random.Random, data: bytes) -> bytes:
    """Return bytes with a few of them replaced, left out or put in."""
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(data) + 1)
        gone, new = draw.choice([(1, 1), (draw.randint(1, 20), 0), (0, draw.randint(1, 5))])
        data = data[:place] + draw.randbytes(new) + data[place + gone :]
    return data


@pytest.mark.parametrize("limit", [64, 256])
def test_400_silent_connections_and_few_descriptors_keep_nobody_from_being_served(limit: int, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with mock(stderr=log, before=f"ulimit -n {limit}") as (url, process):
        address = (str(urlsplit(url).hostname), urlsplit(url).port)
        silent = [socket.create_connection(address) for _ in range(400)]
        for _ in range(3):
            assert exchange(url, request("GET /ui/swagger-ui.css")).status == 200
            time.sleep(1)
        for connection in silent:
            connection.close()
        assert exchange(url, request(f"GET {KEYS}", KEY)).status == 200
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    assert len(log.read_bytes()) < 2_000


def test_200_slow_clients_are_gone_after_as_long_as_the_readme_says(tmp_path: Path) -> None:
    with mock(stderr=tmp_path / "log") as (url, process):
        address = (str(urlsplit(url).hostname), urlsplit(url).port)
        before = descriptors(process)
        slow = [socket.create_connection(address) for _ in range(200)]
        for second in range(25):
            for connection in slow:
                with suppress(ConnectionError):
                    connection.sendall(b"A: b\r\n" if second else b"GET / HTTP/1.1\r\n")
            time.sleep(1)
        assert descriptors(process) <= before + 2
        for connection in slow:
            connection.close()
