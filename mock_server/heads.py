"""Heads: what the first lines of a request say, and how its body is found to end (RFC 9112).

httptools reads ordinary heads in a tenth of the time. h11 decides about all others, and about all where httptools is
not installed, so that an odd request is decided alike everywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote

import h11

from fleet_contract.mock_server.authorities import is_authority

try:
    import httptools
except ImportError:  # There is none for PyPy.
    httptools = None  # type: ignore[assignment]

# Bytes of a request line and its header fields. RFC 9110 (5.4) and RFC 9112 (3) leave the number to the server.
LARGEST_HEAD = 32 * 1024
# Bytes of a head that is remembered, since a client sends the same ones again and again.
LARGEST_KNOWN = 2 * 1024
# Bytes of chunks that are read at once: 4 kB may hold 600 of them.
LARGEST_PIECE = 4 * 1024
BLANK_LINE = re.compile(rb"\n\r?\n")
LINE_ENDS = b"\r\n"
CHUNKS_MAY_END = b"\r\n\r\n"
FIRST_OF_A_TOKEN = b"!"
ORDINARY_LINE = re.compile(rb"(?!CONNECT)[A-Z]+ /[!-~]* HTTP/1\.1\r\n")
# What h11 finds wrong, by how it begins to say so, in our words: its own show how it is written.
WORDS = {
    "Missing mandatory Host": "Host is missing.",
    "Found multiple Host": "Host occurs more than once. Send it once.",
    "illegal request line": "The request line is not METHOD TARGET HTTP/1.1.",
    "illegal header line": "A header field is not NAME: VALUE.",
    "illegal chunk": "A chunk of the body does not begin with its length, or does not end after it.",
    "conflicting Content-Length": "Content-Length occurs with two values. Send it once.",
    "bad Content-Length": "Content-Length is not a number.",
    "Only Transfer-Encoding": "Transfer-Encoding is not chunked.",
    "multiple Transfer-Encoding": "Transfer-Encoding occurs more than once. Send it once.",
}
# The statuses of those that are not 400, all of which the document has: what cannot be read names no operation.
STATUSES = {"Receive buffer too long": 431, "Only Transfer-Encoding": 501, "multiple Transfer-Encoding": 501}
INVALID = "The request is not valid HTTP/1.1."
# What the two libraries do not read alike: blanks after a value, bodies in chunks, and offers of another protocol.
ODD = (b" \r\n", b"\t\r\n", b"\r\ntransfer-encoding:", b"\r\nupgrade:")

Headers = tuple[tuple[bytes, bytes], ...]


class Unreadable(Exception):
    """What came is no request; `status` is what that is answered."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Body(Protocol):
    """A body that is still to come, at least in part."""

    is_whole: bool

    def take(self, held: bytearray) -> bytes:
        """Take what belongs to the body from the front of what has come, and return its content; raises Unreadable."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request line and header fields, their names in lower case.

    `scope` is what an ASGI application is told of them, and `wants_content` is False where the response is to have
    none. `length` is that of the body in bytes, None where the body comes in chunks. `lives` says whether the
    connection may go on after the response, which it need not in HTTP/1.0; `expects_leave` whether the client waits to
    be told that it may send the body (RFC 9110, section 10.1.1).
    """

    scope: Mapping[str, Any]
    wants_content: bool
    length: int | None
    lives: bool
    expects_leave: bool


class Counted:
    """A body whose length is declared."""

    def __init__(self, length: int) -> None:
        self._rest = length
        self.is_whole = False

    def take(self, held: bytearray) -> bytes:
        content = bytes(held[: self._rest])
        del held[: self._rest]
        self._rest -= len(content)
        self.is_whole = not self._rest
        return content


class Chunked:
    """A body in chunks, which h11 reads."""

    def __init__(self, reader: h11.Connection) -> None:
        self._reader = reader
        self.is_whole = False

    def take(self, held: bytearray) -> bytes:
        found = held.find(CHUNKS_MAY_END)
        size = min(len(held) if found < 0 else found + len(CHUNKS_MAY_END), LARGEST_PIECE)
        self._reader.receive_data(bytes(held[:size]))
        del held[:size]
        content = bytearray()
        while (event := _next_event(self._reader)) is not h11.NEED_DATA:
            if not isinstance(event, h11.Data):  # It is the end of the body.
                self.is_whole = True
                held[:0] = self._reader.trailing_data[0]
                break
            content += event.data
        return bytes(content)


def size_of_head(held: bytearray) -> int:
    """Return how many bytes of what has come make a head, 0 where it is not whole; raises Unreadable for a long one.

    Blank lines before it are taken away (RFC 9112, section 2.2).
    """
    if held[0] in LINE_ENDS:
        del held[: len(held) - len(held.lstrip(LINE_ENDS))]
    end = BLANK_LINE.search(held, 0, LARGEST_HEAD)
    if end:
        return end.end()
    if len(held) > LARGEST_HEAD:
        raise Unreadable(431 if b"\n" in held[:LARGEST_HEAD] else 414, f"The head is larger than {LARGEST_HEAD} bytes.")
    is_no_request = held[:1] < FIRST_OF_A_TOKEN  # as where a client speaks TLS
    return len(held) if is_no_request else 0


def read_head(data: bytes) -> tuple[Head, Body | None]:
    """Return what a whole head says, and the body that is to come, if any; raises Unreadable."""
    head = known_head(data) if len(data) <= LARGEST_KNOWN else ordinary_head(data)
    if head is None:
        return by_h11(data)
    return head, Counted(head.length) if head.length else None


def ordinary_head(data: bytes) -> Head | None:
    """Return what a head says; None where h11 has to read it."""
    return by_httptools(data) if httptools and is_ordinary(data) else None


known_head = lru_cache(maxsize=256)(ordinary_head)


def is_ordinary(data: bytes) -> bool:
    """Say whether httptools reads a head as h11 does, or not at all."""
    if not ORDINARY_LINE.match(data):
        return False
    fields = data.lower()
    return fields.count(b"\r\nhost:") == 1 and not any(each in fields for each in ODD)


def by_httptools(data: bytes) -> Head | None:
    """Return what an ordinary head says; None where it is one that httptools does not read."""
    listener = _Listener()
    parser = httptools.HttpRequestParser(listener)
    try:
        parser.feed_data(data)
    except httptools.HttpParserError:
        return None
    return _head(parser.get_method(), listener.target, b"1.1", tuple(listener.headers))


def by_h11(data: bytes) -> tuple[Head, Body | None]:
    """Return what any head says, and the body that is to come, if any; raises Unreadable."""
    reader = h11.Connection(h11.SERVER, LARGEST_HEAD)
    reader.receive_data(data)
    event = _next_event(reader)
    if not isinstance(event, h11.Request):
        raise Unreadable(400, INVALID)
    version = event.http_version
    if not version.startswith(b"1."):
        raise Unreadable(505, "The version of HTTP is not 1.1 or 1.0.")
    headers = tuple((bytes(name), bytes(value)) for name, value in event.headers)
    if version > b"1.1":  # It is taken for 1.1 (RFC 9110, section 2.5), for which h11 has not asked for a Host.
        version = b"1.1"
        require_one_host(headers)
    head = _head(event.method, event.target, version, headers)
    if head.length is None:
        return head, Chunked(reader)
    return head, Counted(head.length) if head.length else None


def require_one_host(headers: Headers) -> None:
    """Raise Unreadable unless a request names one host (RFC 9112, section 3.2)."""
    hosts = sum(name == b"host" for name, _ in headers)
    if hosts != 1:
        raise Unreadable(400, WORDS["Found multiple Host" if hosts else "Missing mandatory Host"])


class _Listener:
    """Hears what httptools reads."""

    __slots__ = ("headers", "target")

    def __init__(self) -> None:
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))


def _head(method: bytes, target: bytes, version: bytes, headers: Headers) -> Head:
    fields = dict(headers)
    if not is_authority(fields.get(b"host", b"")):
        raise Unreadable(400, "Host is not a valid host, such as localhost:8080.")
    raw_path, _, query = target.partition(b"?")
    return Head(
        scope={
            "http_version": version.decode(),
            "method": method.decode(),
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "headers": headers,
        },
        wants_content=method != b"HEAD",
        length=None if b"transfer-encoding" in fields else int(fields.get(b"content-length", 0)),
        lives=version == b"1.1" and not (b"connection" in fields and _closes(headers)),
        expects_leave=version == b"1.1" and fields.get(b"expect", b"").lower() == b"100-continue",
    )


def _closes(headers: Headers) -> bool:
    options = b",".join(value.lower() for name, value in headers if name == b"connection").split(b",")
    return b"close" in map(bytes.strip, options)


def _next_event(reader: h11.Connection) -> object:
    try:
        return reader.next_event()
    except h11.RemoteProtocolError as wrong:
        beginning = next((each for each in (*WORDS, *STATUSES) if str(wrong).startswith(each)), "")
        raise Unreadable(STATUSES.get(beginning, 400), WORDS.get(beginning, INVALID)) from None
