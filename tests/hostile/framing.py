"""Bytes that are no HTTP response, or more than one: nobody's requirement is broken by them, and each has a name."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

from .rows import Row, Rows, later
from .servers import Closed, Reset, Response, Spoil

UNASKED = "bytes that nobody asked for came"
NO_END = "it is unclear where (it|the response) ends"
NOT_HTTP = "what came back is not HTTP"
TOO_LONG = "of more than [0-9]+ bytes"
ENDED = "the connection ended (within|without)"
LATE = "no complete response within 2 s"


def second_response(response: Response) -> bytes:
    """Send each response twice."""
    return 2 * response.wire()


class OutOfLine:
    """Answers each request with the response to the one before, and the first one with its own."""

    def __init__(self) -> None:
        self._before: bytes | None = None
        self._lock = threading.Lock()

    def __call__(self, response: Response) -> bytes:
        with self._lock:
            before, self._before = self._before, response.wire()
        return before or response.wire()


def labelled(coding: str, *, packed: bool = False) -> Spoil:
    def spoil(response: Response) -> bytes:
        body = gzip.compress(response.body) if packed else response.body
        return replace(response, body=body).having(Content_Encoding=coding).wire()

    return spoil


def two_framings(response: Response) -> bytes:
    chunk = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n" if response.body else b""
    length = str(len(response.body))
    bare = response.without("content-length")
    lines = "".join(f"{name}: {value}\r\n" for name, value in bare.headers)
    head = f"HTTP/1.1 {response.status} OK\r\n{lines}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode("latin-1") + chunk + b"0\r\n\r\n"


def with_head(lines: bytes, *, status_line: bytes = b"HTTP/1.1 200 OK\r\n", ends: bool = True) -> Spoil:
    """Answer everything with these lines of a head, byte for byte."""

    def spoil(_response: Response) -> Iterator[bytes]:
        yield status_line + lines + b"\r\n"
        if ends:
            raise Closed

    return spoil


def many_headers(response: Response) -> bytes:
    head, _, body = response.wire().partition(b"\r\n\r\n")
    return head + b"\r\n" + b"".join(b"X-Header-%d: a\r\n" % number for number in range(100_000)) + b"\r\n" + body


def chunked(response: Response) -> bytes:
    chunk = f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n" if response.body else b""
    return response.head(Transfer_Encoding="chunked") + chunk


def trailers_without_end(response: Response) -> Iterator[bytes]:
    yield chunked(response) + b"0\r\n"
    while True:
        yield b"X-Trailer: a\r\n" * 1000


def endless_chunk_size(response: Response) -> Iterator[bytes]:
    yield response.head(Transfer_Encoding="chunked")
    for _ in range(100):
        yield b"0" * 100_000
    raise Closed


def odd_chunk_size(response: Response) -> bytes:
    return response.head(Transfer_Encoding="chunked") + b"-5\r\nhello\r\n0\r\n\r\n"


def interim_storm(_response: Response) -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 102 Processing\r\n\r\n" * 100
        time.sleep(0.001)


def closed_without_a_word(response: Response) -> Iterator[bytes]:
    """Close after each response as if nothing were to say of it: a client connects again."""
    yield response.wire()
    raise Closed


def nothing(_response: Response) -> Iterator[bytes]:
    raise Closed
    yield b""


def half_a_body(response: Response) -> Iterator[bytes]:
    yield response.head(Content_Length=str(len(response.body) + 10)) + response.body
    raise Closed


def reset_after_the_head(response: Response) -> Iterator[bytes]:
    yield response.head(Content_Length=str(len(response.body) + 10))
    time.sleep(0.02)
    raise Reset


def reset_in_the_body(response: Response) -> Iterator[bytes]:
    yield response.head(Content_Length=str(len(response.body) + 10)) + response.body
    time.sleep(0.02)
    raise Reset


def never_reads(connection: socket.socket) -> None:
    time.sleep(20)
    connection.close()


def answers_without_reading(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    time.sleep(20)


def tls_alert(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46")


def plain_http(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def http_0_9(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b'{"keys": []}')


def half_closed(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    connection.recv(65536)
    time.sleep(20)


ROWS: Rows = {
    "a second response after each": Row(UNASKED, second_response),
    "a second response later": Row(UNASKED, later(second_response)),
    "one step out of line": Row("one step out of line", later(OutOfLine(), 40)),
    "one step out of line from the first on": Row("one step out of line", OutOfLine()),
    "gzip on a plain body": Row("labelled Content-Encoding: gzip", labelled("gzip")),
    "br on a plain body": Row("labelled Content-Encoding: br", labelled("br")),
    "br on a plain body later": Row("labelled Content-Encoding: br", later(labelled("br"))),
    "gzip twice": Row("labelled Content-Encoding: gzip, gzip", later(labelled("gzip, gzip", packed=True))),
    "an unknown coding": Row("labelled Content-Encoding: rot13", later(labelled("rot13"))),
    "two framings": Row(NO_END, two_framings),
    "two framings later": Row(NO_END, later(two_framings)),
    "two lengths": Row(NO_END, later(with_head(b"Content-Length: 2\r\nContent-Length: 3\r\n"))),
    "a negative length": Row(NO_END, later(with_head(b"Content-Length: -5\r\n"))),
    "a huge length": Row(f"{ENDED}|{NO_END}|{LATE}", later(with_head(b"Content-Length: 99999999999999999999\r\n"))),
    "a hundred thousand headers": Row(TOO_LONG, later(many_headers)),
    "trailers without end": Row(TOO_LONG, later(trailers_without_end)),
    "a chunk size of ten megabytes": Row(TOO_LONG, later(endless_chunk_size)),
    "a negative chunk size": Row(NOT_HTTP, later(odd_chunk_size)),
    "a header without a colon": Row(NOT_HTTP, later(with_head(b"Content-Type application/json\r\n"))),
    "a NUL in a header": Row(NOT_HTTP, later(with_head(b"X-A: \x00\r\nContent-Length: 0\r\n"))),
    "a status of letters": Row(NOT_HTTP, later(with_head(b"", status_line=b"HTTP/1.1 abc OK\r\n"))),
    "a status of four digits": Row(NOT_HTTP, later(with_head(b"", status_line=b"HTTP/1.1 2000 OK\r\n"))),
    "a server of radio": Row(NOT_HTTP, later(with_head(b"", status_line=b"ICY 200 OK\r\n"))),
    "a version to come": Row(NOT_HTTP, later(with_head(b"", status_line=b"HTTP/9 200 OK\r\n"))),
    "interim responses without end": Row("interim responses", later(interim_storm)),
    "closed after each response": Row("CONFORMS", closed_without_a_word, code=0),
    "empty responses": Row(ENDED, later(nothing)),
    "nothing at all": Row(ENDED, nothing),
    "half a body": Row(ENDED, later(half_a_body)),
    "reset after the head": Row("the connection broke", later(reset_after_the_head)),
    "reset in the body": Row("the connection broke", later(reset_in_the_body)),
    "never reads": Row(LATE, handle=never_reads),
    "answers without reading": Row("BREAKS", handle=answers_without_reading, code=1, breaks=frozenset({"*"})),
    "TLS to http": Row("Write https:// in BASE_URL", handle=tls_alert),
    "HTTP to https": Row("Write http:// in BASE_URL", handle=plain_http, scheme="https"),
    "HTTP/0.9": Row(NOT_HTTP, handle=http_0_9),
    "half closed": Row(f"{ENDED}|{LATE}", handle=half_closed),
}
