"""What reads requests: httptools reads alike, or not at all, whatever it is given in place of h11."""

from typing import Any

import h11
import httptools
from hypothesis import example, given
from hypothesis import strategies as st

from fleet_contract.mock_server.connection import BLANK_LINE
from fleet_contract.mock_server.over_httptools import is_ordinary

ORDINARY = (
    b"PUT /emp/v1/fleets/a%2Fb/rename?x=y HTTP/1.1\r\nHost: m\r\nX-API-Key: demo-key\r\nContent-Length: 2\r\n\r\n"
)
ODD = (
    b"\n", b"\r", b"\r\n", b" ", b"\t", b"\0", b"\xff", b":", b",", b"?", b"#", b"%", b"/", b"1.0", b"HTTP/",
    b"CONNECT ", b"http://m", b"*", b"\x7f", b'"', b"\r\nHost: n", b"\r\n fold", b"\r\nContent-Length: 2",
    b"\r\nContent-Length: +2", b"\r\nTransfer-Encoding: chunked", b"\r\nConnection: close",
    b"\r\nConnection: keep-alive, Close", b"\r\nUpgrade: h2c\r\nConnection: upgrade", b"\r\nExpect: 100-continue",
    b"\r\nX-API-Key : b", b"\r\nA:", b"\r\nA: \xe9 \t",
)  # fmt: skip

changes = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 4), st.sampled_from(ODD) | st.binary(max_size=2)), max_size=3
)


class Heard:
    """What httptools tells of a request."""

    def __init__(self, head: bytes) -> None:
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.lives: bool | None = None
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(head)

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.lives = self.parser.should_keep_alive()


def by_httptools(head: bytes) -> Any:
    """Return what httptools makes of a head, None where it reads none."""
    try:
        heard = Heard(head)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    return heard.parser.get_method(), heard.target, heard.headers, heard.lives


def by_h11(head: bytes) -> Any:
    """Return what h11 makes of a head, None where it reads none."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.Request):
        return None
    response = connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
    return event.method, event.target, list(event.headers), b"close" not in (response or b"").lower()


@given(changes)
@example([])
def test_what_httptools_is_given_it_reads_as_h11_does(changes: list[tuple[float, int, bytes]]) -> None:
    head = ORDINARY
    for place, gone, new in changes:
        at = round(place * (len(head) - 4))
        head = head[:at] + new + head[at + gone :]
    end = BLANK_LINE.search(head)
    head = head[: end.end()] if end else b""
    if is_ordinary(head) and (read := by_httptools(head)):
        assert read == by_h11(head)
