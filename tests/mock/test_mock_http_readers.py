"""What reads requests: httptools reads alike, or not at all, whatever it is given in place of h11."""

import re

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleet_contract.mock_server.heads import BLANK_LINE, Head, Unreadable, by_h11, by_httptools, is_ordinary

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


def goes_on(head: bytes) -> bool:
    """Say whether h11 lets a connection go on after this request."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    connection.next_event()
    response = connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
    return b"close" not in (response or b"").lower()


def by_either(head: bytes) -> Head | None:
    """Return what httptools makes of a head, None where it is not asked; where it refuses one, so does h11."""
    try:
        return by_httptools(head) if is_ordinary(head) else None
    except Unreadable as refused:
        with pytest.raises(Unreadable, match=f"^{re.escape(str(refused))}$"):
            by_h11(head)
        return None


@given(changes)
@example([])
@example([(0.565, 0, b"/")])  # Host: m/
def test_what_httptools_is_given_it_reads_as_h11_does(changes: list[tuple[float, int, bytes]]) -> None:
    head = ORDINARY
    for place, gone, new in changes:
        at = round(place * (len(head) - 4))
        head = head[:at] + new + head[at + gone :]
    end = BLANK_LINE.search(head)
    head = head[: end.end()] if end else b""
    read = by_either(head)
    if read is not None:
        decided, body = by_h11(head)
        assert read == decided
        assert (body is not None) == bool(read.length)
        assert read.lives == goes_on(head)
