"""Serving: an application on a socket, in this thread or beside it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.listening import CannotListen, listen, url_of
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.parts import parts as honest_parts

LONGEST_START = 10.0


class Protocol(H11Protocol):
    """HTTP/1.1 and nothing else: an offer to speak another protocol is passed over in silence (RFC 9110, 7.8)."""

    def _should_upgrade(self) -> bool:
        return False


class Server(uvicorn.Server):
    """A uvicorn server that says when it takes connections."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def server(parts: Parts, announce: Callable[[], None]) -> Server:
    """Return a server of the mock that these parts make; `announce` is called once it takes connections."""
    return Server(config(build(parts), parts.rewrite), announce)


def config(app: ASGIApp, rewrite: Callable[[bytes], bytes] | None) -> uvicorn.Config:
    # One parser everywhere, so that the mock behaves the same wherever it is installed.
    http = _rewriting(rewrite) if rewrite else Protocol
    return uvicorn.Config(
        app,
        http=http,
        ws="none",
        loop="fleet_contract.mock_server.clock:UnfrozenLoop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


@contextmanager
def serving(parts: Parts | None = None) -> Iterator[str]:
    """Serve a mock on a free port of the loopback in a thread of its own, and give its base URL."""
    listeners = listen("127.0.0.1", 0)
    started = threading.Event()
    made = parts or honest_parts()
    running = server(made, started.set)
    thread = threading.Thread(target=running.run, args=(listeners,), daemon=True)
    thread.start()
    try:
        if not started.wait(LONGEST_START):
            raise CannotListen("The mock did not start in time.")
        yield url_of(listeners[0]) + made.base_path
    finally:
        running.should_exit = True
        thread.join()
        for listener in listeners:
            listener.close()


def _rewriting(rewrite: Callable[[bytes], bytes]) -> type[Protocol]:
    class Rewriting(Protocol):
        def data_received(self, data: bytes) -> None:
            super().data_received(rewrite(data))

    return Rewriting
