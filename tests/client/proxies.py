"""Real forward proxies, to which every host is on loopback."""

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

from tests.background import in_background

PROXY = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0", "--num-acceptors", "1"]
PLUGIN = ["--num-workers", "1", "--plugins", "resolver.FindsEveryHostHere", "--log-level", "ERROR"]


@contextmanager
def proxying(folder: Path, *words: str) -> Iterator[int]:
    """Run proxy.py as long as the block lasts, and give its port; to it every host is on loopback."""
    port_file = folder / "port"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [*PROXY, *PLUGIN, "--port-file", str(port_file), *words]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        try:
            give_up = time.monotonic() + 20
            while not (port_file.exists() and port_file.read_text().strip()):
                assert process.poll() is None, process.stderr and process.stderr.read().decode()
                assert time.monotonic() < give_up, "proxy.py did not start within 20 s"
                time.sleep(0.02)
            yield int(port_file.read_text())
        finally:
            process.terminate()
            process.wait(10)


class Relay(ThreadingTCPServer):
    """A proxy for CONNECT alone that keeps what it is asked, and finds every host on loopback; it may speak TLS."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, tls: ssl.SSLContext | None = None, refusal: bytes = b"") -> None:
        self.asked: list[bytes] = []
        self.refusal = refusal
        self._tls = tls
        super().__init__(("127.0.0.1", 0), _Tunnel)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        request.settimeout(10)
        with suppress(OSError):
            talk = self._tls.wrap_socket(request, server_side=True) if self._tls else request
            with talk:
                super().finish_request(talk, client_address)


class _Tunnel(BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(1)  # and nothing of what follows
        self.server.asked.append(head)
        if self.server.refusal:
            self.request.sendall(self.server.refusal)
            return
        port = int(head.split(b" ")[1].rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as server:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(server, self.request))
            back.start()
            _copy(self.request, server)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError, ssl.SSLError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def relaying(tls: ssl.SSLContext | None = None, refusal: bytes = b"") -> AbstractContextManager[Relay]:
    """Run a Relay as long as the block lasts."""
    return in_background(Relay(tls, refusal))
