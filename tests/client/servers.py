"""Small servers on loopback that keep what they hear, byte for byte, and answer what a test tells them to."""

import socket
import ssl
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from socketserver import BaseRequestHandler, StreamRequestHandler, ThreadingTCPServer

from tests.background import in_background

RESET = b"RESET"
CLOSE = b"CLOSE"


@dataclass(frozen=True)
class Heard:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


Script = Callable[[Heard], bytes | Iterable[bytes]]


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """Return an answer as it stands on the wire; `Retry_After` is written Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **named}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Reason\r\n{lines}\r\n".encode("latin-1") + body


class Connection(StreamRequestHandler):
    server: "Server"

    def handle(self) -> None:
        self.server.connections.append(self.connection)
        with suppress(OSError, ValueError):
            while self._exchange():
                pass

    def _exchange(self) -> bool:
        line = self.rfile.readline().decode("latin-1")
        if not line:
            return False
        method, path, _ = line.split(" ")
        headers = tuple(self._headers())
        heard = Heard(method, path, headers, self._body({name.lower(): value for name, value in headers}))
        self.server.heard.append(heard)
        said = self.server.script(heard)
        for piece in [said] if isinstance(said, bytes) else said:
            if piece == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return False
            if piece == CLOSE:
                return False
            self.wfile.write(piece)
        return heard.header("connection") != "close"

    def _headers(self) -> Iterator[tuple[str, str]]:
        while (line := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            yield name, value.strip()

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


class Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, script: Script, tls: ssl.SSLContext | None) -> None:
        self.script = script
        self.heard: list[Heard] = []
        self.connections: list[socket.socket] = []
        self._tls = tls
        super().__init__(("127.0.0.1", 0), Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        request.settimeout(10)
        if request.family == socket.AF_INET:
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            talk = self._tls.wrap_socket(request, server_side=True) if self._tls else request
            with talk:
                super().finish_request(talk, client_address)

    def shutdown_request(self, request: object) -> None:
        assert isinstance(request, socket.socket)
        with suppress(OSError):
            request.close()


class Blurting(ThreadingTCPServer):
    """Whatever comes, it says one thing and closes."""

    daemon_threads = True

    def __init__(self, said: bytes) -> None:
        self.said = said
        super().__init__(("127.0.0.1", 0), _Blurt)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Blurt(BaseRequestHandler):
    server: Blurting

    def handle(self) -> None:
        self.request.settimeout(10)
        self.request.recv(65536)
        self.request.sendall(self.server.said)


def blurting(said: bytes) -> AbstractContextManager[Blurting]:
    """Run such a server as long as the block lasts."""
    return in_background(Blurting(said))


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server as long as the block lasts."""
    with in_background(Server(script, tls)) as server:
        try:
            yield server
        finally:
            for connection in server.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
