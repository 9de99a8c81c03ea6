"""A watch over a server, in this process or as one of its own, with raw sockets for its clients."""

import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.target.masking import Secret
from fleet_contract.contract_tests.target.target import Limits, Target
from fleet_contract.contract_tests.watching.forwarding import Note
from fleet_contract.contract_tests.watching.observing import Observer
from fleet_contract.contract_tests.watching.serving import Proxy, listening
from tests.suite.harness import started

KEY = "team-key-0123456789"


@dataclass
class Watch:
    """A proxy that runs in a thread."""

    proxy: Proxy
    observer: Observer
    told: list[tuple[Finding, str]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return urlsplit(self.proxy.address).port or 0

    def talk(self, *pieces: bytes) -> bytes:
        """Send pieces on one connection, close that direction, and return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            for each in pieces:
                client.sendall(each)
            client.shutdown(socket.SHUT_WR)
            return received(client)


def received(client: socket.socket) -> bytes:
    """Return what comes until the connection ends."""
    said = b""
    while came := client.recv(65536):
        said += came
    return said


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return a request as it stands on the wire."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"Host": "proxy.local", "X-API-Key": KEY, **({"Content-Length": str(len(body))} if body else {}), **named}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


@contextmanager
def watched(url: str, window: int = 50, note: Note | None = None, **limits: Any) -> Iterator[Watch]:
    """Watch over a server; `note` is told of what passes in the observer's place."""
    target = Target(url, api_key=Secret(KEY), limits=Limits(**limits))
    told: list[tuple[Finding, str]] = []
    with listening("127.0.0.1", 0) as listener:
        observer = Observer(target, window, lambda finding, exchange: told.append((finding, exchange)))
        watch = Watch(Proxy(target, listener, note or observer.note), observer, told)
        thread = threading.Thread(target=watch.proxy.serve)
        thread.start()
        try:
            yield watch
        finally:
            watch.proxy.close()
            thread.join()


class Command:
    """`fleet-contract watch` as a process."""

    def __init__(self, running: Any) -> None:
        self._running = running
        line = running.stdout.readline()
        found = re.search(r"http://\S+:(\d+) to", line)
        assert found, line + running.stderr.read()
        self.port = int(found[1])

    def end(self, by: signal.Signals) -> tuple[int, str]:
        self._running.send_signal(by)
        said, wrong = self._running.communicate(timeout=60)
        assert "Traceback" not in said + wrong
        return self._running.returncode, said + wrong


@contextmanager
def command(url: str, *options: str, **variables: str) -> Iterator[Command]:
    """Start the command over a server."""
    with started("watch", url, "--port", "0", *options, FLEET_API_KEY=KEY, **variables) as running:
        yield Command(running)
