"""Raw sockets that take each request to an honest mock, and spoil what comes back byte for byte."""

import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import BinaryIO
from urllib.parse import urlsplit

PATIENCE = 30.0  # seconds, after which a connection that nobody uses is closed


@dataclass(frozen=True)
class Request:
    """What the suite sent; `number` counts the requests of a run from 1."""

    number: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Response:
    """What the mock answered, before it is spoiled."""

    request: Request
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    reason: str = "Because"

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def without(self, *names: str) -> "Response":
        left_out = {name.lower() for name in names}
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() not in left_out))

    def having(self, **headers: str) -> "Response":
        """Return this response with other headers; `Retry_After` is written Retry-After."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self.without(*named), headers=(*self.without(*named).headers, *named.items()))

    @property
    def has_body(self) -> bool:
        return self.request.method != "HEAD" and self.status not in (204, 304)

    def head(self, **headers: str) -> bytes:
        """Return status line and headers as they are, without any length."""
        bare = self.without("content-length", "transfer-encoding").having(**headers)
        lines = "".join(f"{name}: {value}\r\n" for name, value in bare.headers)
        return f"HTTP/1.1 {self.status} {self.reason}\r\n{lines}\r\n".encode("latin-1")

    def wire(self) -> bytes:
        """Return the whole response, correctly framed."""
        if not self.has_body:
            return self.head()
        return self.head(Content_Length=str(len(self.body))) + self.body


class Closed(Exception):
    """The connection is to be closed now, without another byte."""


class Reset(Exception):
    """The connection is to be reset now."""


Spoil = Callable[[Response], bytes | Iterable[bytes]]
Handle = Callable[[socket.socket], None]


@contextmanager
def listening(handle: Handle) -> Iterator[str]:
    """Handle each connection in a thread of its own as long as the block lasts, and give the URL."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError, Closed):
            try:
                handle(connection)
            except Reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for each in (listener, *connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def spoiling(mock: str, spoil: Spoil) -> Handle:
    """Return a handler that answers what the mock at this URL answers, spoiled."""
    address = urlsplit(mock).netloc
    numbers = iter(range(1, 1_000_000))
    lock = threading.Lock()

    def next_number() -> int:
        with lock:
            return next(numbers)

    def handle(connection: socket.socket) -> None:
        stream, upstream = connection.makefile("rb"), HTTPConnection(address, timeout=PATIENCE)
        try:
            while request := read_request(stream, next_number):
                answered = spoil(ask(upstream, request))
                for piece in [answered] if isinstance(answered, bytes) else answered:
                    connection.sendall(piece)
        finally:
            upstream.close()

    return handle


def read_request(stream: BinaryIO, number: Callable[[], int]) -> Request | None:
    """Return the next request of a connection, None where it was closed."""
    line = stream.readline().decode("latin-1").strip()
    if not line:
        return None
    method, path, _ = line.split(" ")
    headers = []
    while text := stream.readline().decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers.append((name, value.strip()))
    return Request(number(), method, path, tuple(headers), _body(stream, dict(headers)))


def _body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    lower = {name.lower(): value for name, value in headers.items()}
    if lower.get("transfer-encoding", "").lower() != "chunked":
        return stream.read(int(lower.get("content-length", "0")))
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def ask(upstream: HTTPConnection, request: Request) -> Response:
    """Take a request to the mock, and return its response."""
    upstream.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        if name.lower() not in ("transfer-encoding", "content-length", "connection"):
            upstream.putheader(name, value)
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        upstream.putheader("Content-Length", str(len(request.body)))
    upstream.endheaders(request.body)
    response = upstream.getresponse()
    headers = tuple(
        (name, value) for name, value in response.getheaders() if name.lower() not in ("date", "connection")
    )
    return Response(request, response.status, headers, response.read(), response.reason)
