"""Requests as bytes on a socket, since a client library would tidy them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

KEY = "X-API-Key: demo-key"
JSON = "Content-Type: application/json"


@dataclass(frozen=True)
class Response:
    """A response: its headers by lower-case name, and every byte that came after them."""

    status: int
    headers: dict[str, str]
    rest: bytes


def request(line: str, *headers: str, body: bytes | None = None, host: str = "Host: localhost") -> bytes:
    """Return a request after which the server is to close; HTTP/1.1 unless the line says otherwise."""
    line = line if " HTTP/" in line else f"{line} HTTP/1.1"
    length = [] if body is None else [f"Content-Length: {len(body)}"]
    head = [line, *([host] if host else []), "Connection: close", *headers, *length]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + (body or b"")


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """Give a connection to the server of a URL."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=5) as connection:
        yield connection


def until_closed(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def read(sent: bytes) -> Response:
    """Return the bytes of a response as one."""
    head, _, rest = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Response(int(first.split()[1]), headers, rest)


def repeated(sent: bytes) -> set[str]:
    """Return the names of the header fields that stand twice in the bytes of a response."""
    _, *lines = sent.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    names = [line.partition(":")[0].lower() for line in lines]
    return {name for name in names if names.count(name) > 1}


def next_response(connection: socket.socket) -> Response:
    """Return the next response of a connection that goes on; one whose length is declared."""
    received = b""
    while b"\r\n\r\n" not in received or len(read(received).rest) < int(read(received).headers["content-length"]):
        received += connection.recv(65536)
    return read(received)


def exchange(url: str, data: bytes) -> Response:
    """Return what bytes are answered, up to the end of the connection."""
    with connected(url) as connection:
        connection.sendall(data)
        return read(until_closed(connection))
